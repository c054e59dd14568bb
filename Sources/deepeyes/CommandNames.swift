import ArgumentParser
import Settings

/// Finds a command that does not exist before the arguments are parsed: the parser would only call it unexpected.
enum CommandNames {
    /// - Parameters:
    ///   - arguments: the arguments after the program's name.
    ///   - root: the root command.
    /// - Throws: `ValidationError` that names the command that was probably meant.
    static func check(_ arguments: [String], in root: any ParsableCommand.Type) throws {
        var (command, path) = (root, root._commandName)
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            if subcommands.isEmpty || argument.hasPrefix("-") || argument == "help" { return }
            guard let next = subcommands.first(where: { $0._commandName == argument }) else {
                let names = subcommands.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
                throw ValidationError(
                    "there is no command \(path) \(argument)\(NearestName.question(argument, among: names)) "
                        + "The commands are \(names.joined(separator: ", "))")
            }
            (command, path) = (next, "\(path) \(argument)")
        }
    }
}
