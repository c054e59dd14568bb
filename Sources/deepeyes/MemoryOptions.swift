import ArgumentParser
import Generation
import Models
import Runs

/// How much memory a model from a folder may take.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Memory for weights, computation and cache, such as 24G; by default four fifths of the available memory. "
                + "The cache gets what weights and computation leave.",
            valueName: "size"),
        transform: { text in
            guard let count = ByteCount(text) else {
                throw ValidationError("\"\(text)\" is not an amount of memory such as 24G or 800M")
            }
            return count
        })
    var memory: ByteCount?

    var budget: MemoryPlan.Budget { memory.map(MemoryPlan.Budget.total) ?? PolicyModel.defaultBudget }
}
