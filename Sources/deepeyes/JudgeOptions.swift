import Agent
import ArgumentParser
import Foundation
import Judging
import Training

/// The judge of answers that the rules cannot decide.
struct JudgeOptions: ParsableArguments {
    @Option(
        name: .customLong("config"), help: "Training configuration (YAML) that defines the judge.",
        completion: .file(extensions: ["yaml"]))
    var configurationFile: String?

    @Option(
        name: .customLong("set"),
        help:
            "Override one value, such as judge.model=large; repeatable. See deepeyes judge check."
    )
    var assignments: [String] = []

    /// - Parameters:
    ///   - format: sets the coordinate frame of boxes in answers.
    ///   - folder: where verdicts of a model judge are cached.
    /// - Throws: an error that names the invalid value; `JudgeError` if a model judge does not answer.
    func judge(format: any ChatFormat, keepingVerdictsIn folder: URL) throws -> JudgeChain {
        let judges = try TrainingConfiguration.load(from: configurationFile, overrides: assignments)
            .judge.judges(runCache: folder.appending(path: "verdicts.sqlite"))
        try waiting { try await judges.verify() }
        return judges.chain(format: format)
    }
}
