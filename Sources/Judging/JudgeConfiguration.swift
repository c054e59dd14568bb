package import Agent
internal import Endpoints
package import Foundation
package import Settings
package import Tasks

/// The configuration of judges: rules, and a model or a program for answers that the rules cannot decide.
package struct JudgeConfiguration: Codable, Hashable, Sendable {
    @Setting("A command that reads answers and writes verdicts; empty for none.") package var program = ""
    @Setting(
        "Base URLs of interchangeable OpenAI-compatible chat servers, such as `http://localhost:8000/v1`.")
    package var endpoints: [String] = []
    @Setting("The model's name on the servers.") package var model = ""
    @Setting("Environment variable with the API key; empty for servers without one.")
    package var apiKeyVariable = ""
    @Setting("File with the prompt template; empty for the built-in one.") package var prompt = ""
    @Setting("Answers judged concurrently.", .atLeast(1)) package var concurrency = 16
    @Setting("Timeout for connecting to a server.", .above(0)) package var connectSeconds = 5.0
    @Setting("Timeout for a verdict.", .above(0)) package var timeoutSeconds = 30.0
    @Setting("Maximum attempts per request.", .atLeast(1)) package var attempts = 4
    @Setting("Consecutive failures after which a server's circuit opens.", .atLeast(1))
    package var failuresUntilCooldown = 3
    @Setting("Length of the first cooldown of a server.", .atLeast(0)) package var cooldownSeconds = 10.0
    @Setting("Maximum number of replies requested for an answer until one has a verdict.", .atLeast(1))
    package var maximumReplies = 3
    @Setting("Maximum tokens of a model's reply, including its reasoning.", .atLeast(1))
    package var maximumTokens = 512
    @Setting(
        "File for cached verdicts of a model; `run` for a file in the run's folder, `none` for no cache.")
    package var cache = "run"
    @Setting(
        "Whether math-verify judges formulas: `auto` if `python3` has it, `never`, or the path of a Python interpreter."
    )
    package var mathVerify = "auto"
    @Setting("Whether a model or program is tested on labelled answers before training.")
    package var check = true
    @Setting("The required agreement in that test, as a fraction.", .from(0, to: 1))
    package var minimumAgreement = 0.9

    package init() {}

    /// Whether there is a judge besides the rules.
    package var asks: Bool { !program.isEmpty || !endpoints.isEmpty }

    /// A short description of the judge.
    package var subject: String {
        if !program.isEmpty { return "program \(program)" }
        return endpoints.isEmpty ? "rules alone" : "model \(model) at \(endpoints.joined(separator: ", "))"
    }

    /// - Throws: `SettingError` that names conflicting or invalid values.
    package func validate() throws {
        do { try SettingTree.check(self, like: JudgeConfiguration()) } catch {
            throw SettingError("judge.\(error.key)", error.problem)
        }
        if !program.isEmpty, !endpoints.isEmpty {
            throw SettingError("judge.program", "and judge.endpoints are both set; leave one empty")
        }
        if !endpoints.isEmpty, model.isEmpty {
            throw SettingError("judge.endpoints", "needs judge.model, the model's name on the server")
        }
    }

    /// Creates the judges.
    ///
    /// - Parameter runCache: cache file for `cache: run`; nil for no cache in that case.
    /// - Throws: ``JudgeError``, `SettingError` or `EndpointError` that names the invalid value.
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
                failuresUntilCooldown: failuresUntilCooldown, cooldownSeconds: cooldownSeconds))
        let path =
            switch cache {
            case "none", "": String?.none
            case "run": runCache?.path
            default: cache
            }
        return EndpointJudge(
            client: client, model: model, prompt: try words(), cache: try path.map(VerdictCache.init(path:)),
            maximumReplies: maximumReplies, maximumTokens: maximumTokens)
    }

    /// The prompt template for a model.
    package func words() throws -> JudgePrompt {
        prompt.isEmpty ? JudgePrompt() : try JudgePrompt(contentsOf: prompt)
    }
}

/// The judges of a configuration.
package struct Judges: Sendable {
    private let mathematics: (any Judge)?
    private let last: (any Judge)?
    /// The last judge, if it is a model.
    package let model: EndpointJudge?

    init(mathematics: (any Judge)?, last: (any Judge)?, model: EndpointJudge?) {
        self.mathematics = mathematics
        self.last = last
        self.model = model
    }

    /// Checks that the model, if there is one, can be asked. Called before long work.
    ///
    /// - Throws: ``JudgeError`` with what happened.
    package func verify() async throws { try await model?.verify() }

    /// The chain of all judges.
    ///
    /// - Parameter format: the chat format; it sets the coordinate frame of boxes in answers.
    package func chain(format: (any ChatFormat)?) -> JudgeChain {
        JudgeChain(rules: RuleJudge(format: format), mathematics: mathematics, last: last)
    }

    /// The last judge, for answers that the rules cannot decide; the rules if there is no other judge.
    package var asked: any Judge { last ?? RuleJudge() }
}
