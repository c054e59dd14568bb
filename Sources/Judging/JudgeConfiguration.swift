package import Agent
internal import Endpoints
package import Foundation
package import Tasks

/// Who decides whether an answer is right: rules, and what is asked where they cannot tell.
package struct JudgeConfiguration: Codable, Hashable, Sendable {
    /// A command that reads questions with answers and writes verdicts, see `ProgramJudge`; empty for none.
    package var program = ""
    /// Addresses of OpenAI-compatible chat servers, interchangeable, such as `http://localhost:8000/v1`.
    package var endpoints: [String] = []
    /// Model that the servers are asked for.
    package var model = ""
    /// Environment variable that holds the API key; empty for servers that want none.
    package var apiKeyVariable = ""
    /// File with the words that the model is asked with, see ``JudgePrompt``; empty for those that are shipped.
    package var prompt = ""
    /// Answers judged at a time.
    package var concurrency = 16
    /// Seconds to connect to a server.
    package var connectSeconds = 5.0
    /// Seconds for a verdict.
    package var timeoutSeconds = 30.0
    /// How often a request to a server is tried.
    package var attempts = 4
    /// Failures in a row after which a server is left in peace, and for how many seconds at first.
    package var failuresUntilRest = 3
    package var restSeconds = 10.0
    /// How often a model that writes no verdict is asked about the same answer.
    package var readings = 3
    /// Tokens of a reply of the model, its reasons included.
    package var maximumTokens = 512
    /// File that keeps the verdicts of a model; `run` for one in the run's folder, `none` for none.
    package var cache = "run"
    /// Whether math-verify is asked about formulas: `auto` if `python3` has it, `never`, or the path of a Python.
    package var mathVerify = "auto"
    /// Whether a model or program is tried on known answers before training.
    package var check = true
    /// Share of them that it must judge right.
    package var minimumAgreement = 0.9

    package init() {}

    /// Whether anyone is asked but the rules.
    package var asks: Bool { !program.isEmpty || !endpoints.isEmpty }

    /// What is asked, in words.
    package var subject: String {
        if !program.isEmpty { return "program \(program)" }
        return endpoints.isEmpty ? "rules alone" : "model \(model) at \(endpoints.joined(separator: ", "))"
    }

    /// - Throws: ``JudgeError`` that names what cannot be used together, or a number that cannot be meant.
    package func validate() throws {
        if !program.isEmpty, !endpoints.isEmpty {
            throw JudgeError(
                description: "configuration: judge.program and judge.endpoints are both set; leave one empty")
        }
        if !endpoints.isEmpty, model.isEmpty {
            throw JudgeError(
                description:
                    "configuration: judge.endpoints needs judge.model, the name that the server knows it by")
        }
        if !(0...1).contains(minimumAgreement) {
            throw JudgeError(
                description:
                    "configuration: judge.minimumAgreement is \(minimumAgreement); it must be between 0 and 1"
            )
        }
        for (name, value) in [
            ("concurrency", concurrency), ("readings", readings), ("maximumTokens", maximumTokens),
        ] where value < 1 {
            throw JudgeError(
                description: "configuration: judge.\(name) is \(value); it must be at least 1")
        }
        if !(timeoutSeconds > 0) {
            throw JudgeError(
                description: "configuration: judge.timeoutSeconds is \(timeoutSeconds); it must be above 0")
        }
    }

    /// The judges, ready to be asked.
    ///
    /// - Parameter runCache: file for verdicts if they are kept with the run; nil to keep none then.
    /// - Throws: ``JudgeError`` or `EndpointError` that names what cannot be used.
    package func judges(runCache: URL?) throws -> Judges {
        try validate()
        let timeout = Duration.seconds(timeoutSeconds)
        let model = try endpoints.isEmpty ? nil : modelJudge(runCache: runCache)
        let asked: (any Judge)? =
            model ?? (program.isEmpty ? nil : ProgramJudge(command: program, timeout: timeout))
        return Judges(
            mathematics: try MathVerifyJudge.make(mathVerify, timeout: timeout), last: asked, model: model)
    }

    private func modelJudge(runCache: URL?) throws -> EndpointJudge {
        let client = try ChatClient(
            EndpointConfiguration(
                urls: endpoints, apiKeyVariable: apiKeyVariable, concurrency: concurrency,
                connectSeconds: connectSeconds, timeoutSeconds: timeoutSeconds, attempts: attempts,
                failuresUntilRest: failuresUntilRest, restSeconds: restSeconds))
        let path =
            switch cache {
            case "none", "": String?.none
            case "run": runCache?.path
            default: cache
            }
        return EndpointJudge(
            client: client, model: model, prompt: try words(), cache: try path.map(VerdictCache.init(path:)),
            readings: readings, maximumTokens: maximumTokens)
    }

    /// The words that a model is asked with.
    package func words() throws -> JudgePrompt {
        prompt.isEmpty ? JudgePrompt() : try JudgePrompt(contentsOf: prompt)
    }
}

/// The judges of a configuration.
package struct Judges: Sendable {
    private let mathematics: (any Judge)?
    private let last: (any Judge)?
    /// The one that is asked where the rules cannot tell, if it is a model.
    package let model: EndpointJudge?

    init(mathematics: (any Judge)?, last: (any Judge)?, model: EndpointJudge?) {
        self.mathematics = mathematics
        self.last = last
        self.model = model
    }

    /// What decides.
    ///
    /// - Parameter format: in whose frame answers give boxes.
    package func chain(format: (any ChatFormat)?) -> JudgeChain {
        JudgeChain(rules: RuleJudge(format: format), mathematics: mathematics, last: last)
    }

    /// The one that is asked where the rules cannot tell; the rules themselves if there is none.
    package var asked: any Judge { last ?? RuleJudge() }
}
