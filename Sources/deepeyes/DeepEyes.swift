import ArgumentParser
import Foundation
import JSON
import Torch

/// The command line tool: reads arguments and calls the modules.
@main
struct DeepEyes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deepeyes",
        abstract: "Train, evaluate and serve vision-language models that think with images.",
        discussion: """
            Start with `deepeyes train --config Configurations/nano.yaml --run runs/first`: a nano Qwen2.5-VL learns \
            on two CPU cores to zoom into an image before it answers. Open runs/first/report.html for the result.
            """,
        version: "0.1.0",
        subcommands: [
            Train.self, Config.self, Evaluate.self, Compare.self, Select.self, DataCommand.self,
            JudgeCommand.self,
            Ask.self, Serve.self, View.self, Supervise.self, NanoBase.self, Skills.self, Scenes.self,
            Merge.self, Quantize.self, Bench.self,
            Transcripts.self,
        ])

    static func main() {
        if let problem = Processor.problem {
            Console.report("deepeyes: \(problem).\n")
            Foundation.exit(1)
        }
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try CommandNames.check(arguments, in: self)
            var command = try parseAsRoot(arguments)
            try command.run()
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            switch exitCode(for: error) {
            case .success: exit(withError: error)
            case .validationFailure:
                // The complaint without the usage, which would push it off the screen.
                let lines = fullMessage(for: error).split(separator: "\n")
                let hint = lines.last { $0.contains("--help' for more information") }
                let text = message(for: error)
                Console.report("deepeyes: \(text)\n" + (hint.map { "\($0)\n" } ?? ""))
                Foundation.exit(ExitCode.validationFailure.rawValue)
            default:
                Console.report("deepeyes: \(error.plainText)\n")
                Foundation.exit(1)
            }
        }
    }
}
