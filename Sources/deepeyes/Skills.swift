import Agent
import ArgumentParser
import NanoBase
import Runs
import Tasks
import Training

struct Skills: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure what a model brings to visual search, skill by skill, on held-out scenes.",
        discussion: """
            Grounding, reading close-ups, relations, existence, and how it uses the tool when one is on offer; greedy.

            Example:
              deepeyes skills --model Models/nano-base
            """)

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "Scenes for each skill.")
    var scenes: Int = 500

    func run() throws {
        let output = ConsoleOutput.standard
        let skills = try SkillEvaluation(model: model, sceneCount: scenes).run { skill in
            output.write("measuring \(skill) on \(scenes) scenes\n")
        }
        output.write("\n\(skills.table)\n")
    }
}
