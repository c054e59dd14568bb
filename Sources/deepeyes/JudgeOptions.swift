import Agent
import ArgumentParser
import Foundation
import Judging
import Training

/// Who decides on answers that the rules cannot tell about.
struct JudgeOptions: ParsableArguments {
    @Option(
        name: .customLong("config"), help: "YAML file of a training configuration, whose judge decides.",
        completion: .file(extensions: ["yaml"]))
    var configurationFile: String?

    @Option(
        name: .customLong("set"),
        help:
            "Change one value of the judge, such as judge.model=large; may be repeated. See deepeyes judge check."
    )
    var assignments: [String] = []

    /// - Parameters:
    ///   - format: in whose frame answers give boxes.
    ///   - folder: that keeps the verdicts of a model.
    /// - Throws: an error that names the value that cannot be used.
    func judge(format: any ChatFormat, keepingVerdictsIn folder: URL) throws -> JudgeChain {
        try TrainingConfiguration.load(from: configurationFile, overrides: assignments)
            .judge.judges(runCache: folder.appending(path: "verdicts.sqlite")).chain(format: format)
    }
}
