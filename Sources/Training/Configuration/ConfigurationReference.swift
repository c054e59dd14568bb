import Settings

/// The keys of a command's configuration with their meanings, defaults and ranges, as read from its type.
package struct ConfigurationReference: Sendable {
    /// The command, such as "train".
    package let command: String
    /// What the configuration is of.
    private let summary: String
    private let entries: [SettingEntry]

    /// - Parameters:
    ///   - command: the command that reads the configuration.
    ///   - summary: a sentence about it.
    ///   - defaults: a configuration with the default values.
    package init(_ command: String, _ summary: String, of defaults: Any) {
        self.command = command
        self.summary = summary
        entries = SettingTree.entries(of: defaults)
    }

    /// All dotted keys.
    package var keys: [String] { entries.map(\.key) }

    // MARK: A terminal

    /// The keys below `name`, or the key `name` itself; all keys for nil.
    ///
    /// - Returns: nil if there is no such key.
    package func text(of name: String? = nil) -> String? {
        let chosen = entries.filter { entry in
            guard let name else { return true }
            return entry.key == name || entry.key.hasPrefix(name + ".") || entry.key.hasPrefix(name + "[")
        }
        return chosen.isEmpty ? nil : chosen.map(text).joined(separator: "\n")
    }

    private func text(_ entry: SettingEntry) -> String {
        let value = entry.standard.map { ": \(Self.short($0))" } ?? ""
        let kind = [entry.kind, entry.range ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        let lines =
            ["\(entry.key)\(value)\(kind.isEmpty ? "" : "   # \(kind)")", "    \(entry.meaning)"]
            + entry.choices.map { "    \($0.name): \($0.meaning)" }
        return lines.joined(separator: "\n")
    }

    /// The value, or a hint for one that is too long for a line.
    private static func short(_ value: String) -> String { value.count > 110 ? "…" : value }

    // MARK: A page

    /// A page in Markdown with the keys of all commands.
    package static func page(_ references: [ConfigurationReference]) -> String {
        """
        # Configuration

        Every key of every configuration file, with its default and its range. `deepeyes config --markdown` prints this page, \
        and `deepeyes config KEY` explains one key on the terminal.

        A file contains only the values that differ from the defaults. `--set KEY=VALUE` overrides a value of the file, with \
        the dotted key as below; `train --print-configuration` prints the configuration that results. Unknown keys and values \
        outside of their range are refused before any work. A default of `…` is a long list: `--print-configuration` prints it.

        \(references.map(\.section).joined(separator: "\n"))
        """
    }

    private var section: String {
        let groups = entries.filter { $0.isGroup || entries.contains(below: $0.key + "[].") }
        let tables = groups.map { group in
            let element = entries.contains(below: group.key + "[].")
            let title = "### `\(group.key)`\(element ? ", each element" : "")\n\n\(group.meaning)\n"
            return title + (table(below: group.key + (element ? "[]." : ".")) ?? "")
        }
        return "## `deepeyes \(command)`\n\n\(summary)\n\(table(below: "") ?? "")\n"
            + tables.joined(separator: "\n")
    }

    /// The keys directly below a prefix; groups have tables of their own.
    private func table(below prefix: String) -> String? {
        let rows = entries.filter { entry in
            entry.key.hasPrefix(prefix) && !entry.key.dropFirst(prefix.count).contains(".")
        }
        if rows.isEmpty { return nil }
        return "\n| key | default | value | meaning |\n| --- | --- | --- | --- |\n"
            + rows.map { row($0, below: prefix) }.joined()
    }

    private func row(_ entry: SettingEntry, below prefix: String) -> String {
        let name = "`\(entry.key.dropFirst(prefix.count))`"
        guard let standard = entry.standard else {
            return Self.row([name, "", "keys below `\(entry.key)`", entry.meaning])
        }
        let choices = entry.choices.map { "`\($0.name)`: \($0.meaning)" }
        let meaning = ([entry.meaning] + choices).joined(separator: "<br>")
        let kind = [entry.kind, entry.range ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        return Self.row([name, "`\(Self.short(standard))`", kind, meaning])
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }
}

extension [SettingEntry] {
    fileprivate func contains(below prefix: String) -> Bool { contains { $0.key.hasPrefix(prefix) } }
}
