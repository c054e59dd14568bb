import ArgumentParser
import Foundation

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
            Train.self, Evaluate.self, Compare.self, Select.self, DataCommand.self, JudgeCommand.self,
            Ask.self,
            Serve.self, View.self, Supervise.self, NanoBase.self, Skills.self, Scenes.self, Bench.self,
            Transcripts.self,
        ])

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as CleanExit {
            exit(withError: error)
        } catch let error as ValidationError {
            exit(withError: error)
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            if exitCode(for: error) == .success || fullMessage(for: error).contains("Usage:") {
                exit(withError: error)
            }
            Console.report("deepeyes: \(error)\n")
            Foundation.exit(1)
        }
    }
}
