import ArgumentParser
import Foundation
import Generation
import Models
import Runs

struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add an adapter (LoRA) to the weights of its base, and write a whole checkpoint.",
        discussion: """
            The adapter is a checkpoint of a run with `lora`, or any folder in the format of PEFT. Its adapter_config.json names the \
            base. The result is a checkpoint like any other.

            Example:
              deepeyes merge --model runs/adapted --output models/adapted
            """)

    @Option(help: "Folder of the adapter, or of a run with lora.", completion: .directory)
    var model: String

    @Option(help: "Folder to write to; must not exist.", completion: .directory)
    var output: String

    @Option(help: "fp32 or bf16; bf16 rounds the sum.")
    var precision: Precision = .fp32

    func validate() throws {
        if precision == .int8 {
            throw ValidationError("--precision is fp32 or bf16; quantize the result with `deepeyes quantize`")
        }
    }

    func run() throws {
        let folder = try ModelDirectory.folder(at: model)
        let output = try OutputFolder(new: output)
        let policyModel = try PolicyModel.fitting(folder, storage: ParameterStorage(precision: precision))
        guard policyModel.model.hasLowRank else {
            throw ValidationError("\(folder.relativePath) is not an adapter; it has nothing to merge")
        }
        policyModel.model.mergeLowRank()
        try policyModel.save(to: output.url)
        print("written: \(output.url.relativePath)")
    }
}
