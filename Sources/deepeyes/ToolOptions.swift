import Agent
import ArgumentParser

/// The tools that the prompt offers, by name.
struct ToolOptions: ParsableArguments {
    @Option(
        name: .customLong("tool"),
        help: ArgumentHelp(
            "A tool to offer in the prompt: \(ToolBox.standard.names.joined(separator: " or ")); repeatable. "
                + "Offer the tools that the model was trained with.",
            valueName: "name"))
    var names: [String] = [ZoomTool.name]

    /// - Throws: `ValidationError` for an unknown tool name.
    func box() throws -> ToolBox {
        do { return try ToolBox.standard.choosing(names) } catch { throw ValidationError("--tool: \(error)") }
    }
}
