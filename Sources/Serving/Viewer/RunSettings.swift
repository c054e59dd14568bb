import Runs
import Yams

/// A configuration value by its dotted name, such as `optimizer.learningRate`.
struct SettingName: Encodable, Hashable {
    let name: String
    /// Whether the runs have different values.
    let differs: Bool
}

/// The values of a run's `config.yaml` by their dotted names, as written there.
enum RunSettings {
    /// Columns of a list for which none are chosen.
    private static let columnCount = 4

    /// The values in a YAML text; none if it is not YAML.
    static func values(in text: String) -> [String: String] {
        guard let node = try? Yams.compose(yaml: text), case .mapping(let mapping) = node else { return [:] }
        var values: [String: String] = [:]
        add(mapping, to: &values, under: "")
        return values
    }

    /// The names in all of `configurations`: those with different values first, each part in alphabetical order.
    static func names(in configurations: [[String: String]]) -> [SettingName] {
        let all = configurations.reduce(into: Set<String>()) { $0.formUnion($1.keys) }
        return all.map { name in
            SettingName(name: name, differs: Set(configurations.map { $0[name] }).count > 1)
        }
        .sorted { ($0.differs ? 0 : 1, $0.name) < ($1.differs ? 0 : 1, $1.name) }
    }

    /// The names of the values that a list of runs shows.
    ///
    /// - Parameters:
    ///   - chosen: names separated by commas, unknown ones are left out; nil for the first values that differ. Lists and
    ///     mappings are too long for a column unless they are chosen.
    ///   - names: all names.
    ///   - configurations: the values of each run.
    static func columns(
        _ chosen: String?, of names: [SettingName], in configurations: [[String: String]]
    ) -> [String] {
        if let chosen {
            let known = Set(names.map(\.name))
            return chosen.split(separator: ",").map(String.init).filter { known.contains($0) }
        }
        let short = names.filter { name in
            name.differs && configurations.allSatisfy { !isCollection($0[name.name] ?? "") }
        }
        return short.prefix(columnCount).map(\.name)
    }

    private static func isCollection(_ value: String) -> Bool {
        value.hasPrefix("[") || value.hasPrefix("{")
    }

    private static func add(
        _ mapping: Node.Mapping, to values: inout [String: String], under prefix: String
    ) {
        for (key, value) in mapping {
            let name = prefix + text(of: key)
            if case .mapping(let inner) = value, !inner.isEmpty {
                add(inner, to: &values, under: name + ".")
            } else {
                values[name] = text(of: value)
            }
        }
    }

    /// A value on one line; lists and mappings in YAML's flow style.
    private static func text(of node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.string
        case .sequence(let items): "[" + items.map(text).joined(separator: ", ") + "]"
        case .mapping(let members):
            "{" + members.map { "\(text(of: $0.key)): \(text(of: $0.value))" }.joined(separator: ", ") + "}"
        case .alias: ""
        }
    }
}
