import Agent
import ArgumentParser

/// Which tools a model is told of, by name.
struct ToolOptions: ParsableArguments {
    @Option(
        name: .customLong("tool"),
        help: ArgumentHelp(
            "A tool that the model is told of, \(ToolBox.standard.names.joined(separator: " or ")); may be repeated. "
                + "Offer what it was trained with.",
            valueName: "name"))
    var names: [String] = [ZoomTool.name]

    /// - Throws: `ValidationError` for a name that no tool has.
    func box() throws -> ToolBox {
        do { return try ToolBox.standard.choosing(names) } catch { throw ValidationError("--tool: \(error)") }
    }
}
