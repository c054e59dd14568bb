import Agent
import ArgumentParser

/// The tools that the prompt offers, by name.
struct ToolOptions: ParsableArguments {
    @Option(
        name: .customLong("tool"),
        help: ArgumentHelp(
            "A tool to offer in the prompt: \(ToolBox.standard.names.joined(separator: " or ")); may be repeated. "
                + "Offer what it was trained with.",
            valueName: "name"))
    var names: [String] = [ZoomTool.name]

    /// - Throws: `ValidationError` for a name that no tool has.
    func box() throws -> ToolBox {
        do { return try ToolBox.standard.choosing(names) } catch { throw ValidationError("--tool: \(error)") }
    }
}
