import Agent
import ArgumentParser
import NanoBase
import Runs
import Settings
import Tasks
import Training

struct Skills: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure a model's visual-search skills on held-out scenes.",
        discussion: """
            Measures grounding, reading close-ups, relations, existence and tool use, with greedy decoding.

            Example:
              deepeyes skills --model Models/nano-base
            """)

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "Scenes per skill.", range: .atLeast(1))
    var scenes: Int = 500

    @OptionGroup
    var weights: StorageOptions

    func run() throws {
        let output = ConsoleOutput.standard
        let skills = try SkillEvaluation(
            model: model, sceneCount: scenes, storage: weights.storage()
        ).run { skill in
            output.write("measuring \(skill) on \(scenes) scenes\n")
        }
        output.write("\n\(skills.table)\n")
    }
}
