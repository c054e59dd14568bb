import ArgumentParser
import Models
import Torch

/// How and where the weights of a model are held.
struct StorageOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "fp32, bf16 or int8.",
            discussion: """
                bf16 takes half the memory of fp32; a checkpoint in bf16 stays in its file, which is mapped, and so loads at once. \
                int8 takes a quarter and loses some accuracy. Arithmetic is in fp32 on a CPU.
                """))
    var precision: Precision = .fp32

    @Option(help: "cpu, cuda, cuda:1 or mps.")
    var device: String = "cpu"

    func validate() throws { _ = try Device(device) }

    /// - Throws: `TorchError` for a device that this machine does not have.
    func storage() throws -> ParameterStorage {
        ParameterStorage(precision: precision, device: try Device(device))
    }
}

extension Precision: ExpressibleByArgument {}
