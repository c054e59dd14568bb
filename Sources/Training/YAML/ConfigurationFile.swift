import Foundation
import JSON
import Models
import Tasks
import Yams

/// An invalid configuration.
package struct ConfigurationError: Error, CustomStringConvertible {
    package let description: String
}

/// Reads and writes configurations as YAML. A file contains only the values that differ from the defaults.
package enum ConfigurationFile {
    /// Loads the defaults, changed by the file at `path` and then by `overrides`.
    ///
    /// - Parameters:
    ///   - defaults: the default values; they also determine the valid keys.
    ///   - path: path of a YAML file; nil for none.
    ///   - overrides: dotted assignments such as `rollout.groupSize=4`, with YAML values.
    ///   - retired: dotted keys of earlier versions, each with the rest of an error message such as `is now …`.
    /// - Throws: ``ConfigurationError`` that names the file, the line and the valid keys.
    package static func load<Configuration: Codable>(
        _ defaults: Configuration, from path: String?, overrides: [String] = [],
        retired: [String: String] = [:]
    ) throws -> Configuration {
        var merger = Merger(tree: try defaultTree(defaults), retired: retired)
        if let path {
            guard
                let text = FileManager.default.contents(atPath: path).map({
                    String(decoding: $0, as: UTF8.self)
                })
            else { throw ConfigurationError(description: "\(path): cannot be read; check the path") }
            let node: Node?
            do { node = try Yams.compose(yaml: text) } catch {
                throw ConfigurationError(description: "\(path): is not YAML: \(error)")
            }
            if let node { try merger.merge(node, origin: path) }
        }
        for assignment in overrides {
            guard let equals = assignment.firstIndex(of: "=") else {
                throw ConfigurationError(
                    description: "--set \(assignment): write it as key=value, e.g. steps=10")
            }
            let keys = assignment[..<equals].split(separator: ".").map(String.init)
            let value =
                try Yams.compose(yaml: String(assignment[assignment.index(after: equals)...])) ?? Node("")
            let nested = keys.reversed().reduce(value) { Node.mapping(Node.Mapping([(Node($1), $0)])) }
            try merger.merge(nested, origin: "--set \(assignment)")
        }
        do {
            return try YAMLDecoder().decode(Configuration.self, from: Yams.serialize(node: merger.tree))
        } catch let error as DecodingError {
            throw ConfigurationError(description: "\(path ?? "configuration"): \(error.summary)")
        }
    }

    /// The configuration as YAML, with all values and with keys in alphabetical order.
    ///
    /// - Parameters:
    ///   - configuration: the configuration.
    ///   - keys: top-level keys to omit; they have their defaults when the text is read.
    package static func text(
        of configuration: some Encodable, omitting keys: Set<String> = []
    ) throws -> String {
        let encoder = YAMLEncoder()
        encoder.options.sortKeys = true
        let text = try encoder.encode(configuration)
        guard !keys.isEmpty, case .mapping(var mapping) = try Yams.compose(yaml: text) else { return text }
        for key in keys { mapping[key] = nil }
        return try Yams.serialize(node: .mapping(mapping))
    }

    private static func defaultTree(_ defaults: some Encodable) throws -> Node {
        try Yams.compose(yaml: text(of: defaults)) ?? Node.mapping(Node.Mapping([]))
    }
}

/// Merges a file or an override into the tree of defaults, which determines the valid keys.
private struct Merger {
    var tree: Node
    let retired: [String: String]

    mutating func merge(_ change: Node, origin: String) throws {
        try merge(change, into: &tree, at: [], origin: origin)
    }

    private func merge(_ change: Node, into tree: inout Node, at keys: [String], origin: String) throws {
        guard case .mapping(var base) = tree else {
            if case .mapping(let changes) = change {
                for key in changes.keys {
                    try refuseRetired(keys + [key.string ?? ""], location(key, origin))
                }
            }
            tree = change
            return
        }
        // An empty mapping in the defaults accepts any key.
        if base.isEmpty, case .mapping = change {
            tree = change
            return
        }
        guard case .mapping(let changes) = change else {
            throw ConfigurationError(
                description: location(change, origin)
                    + "\(keys.joined(separator: ".")) takes the keys \(list(base))")
        }
        for (key, value) in changes {
            let name = key.string ?? ""
            guard var old = base[name] else {
                try refuseRetired(keys + [name], location(key, origin))
                let parent = keys.isEmpty ? "" : " under \(keys.joined(separator: "."))"
                throw ConfigurationError(
                    description: location(key, origin)
                        + "unknown key \(name)\(parent); the keys are \(list(base))")
            }
            try merge(value, into: &old, at: keys + [name], origin: origin)
            base[name] = old
        }
        tree = .mapping(base)
    }

    private func refuseRetired(_ keys: [String], _ location: String) throws {
        let key = keys.joined(separator: ".")
        guard let replacement = retired[key] else { return }
        throw ConfigurationError(description: "\(location)\(key) \(replacement)")
    }

    private func location(_ node: Node, _ origin: String) -> String {
        node.mark.map { origin.hasPrefix("--") ? "\(origin): " : "\(origin):\($0.line): " } ?? "\(origin): "
    }

    private func list(_ mapping: Node.Mapping) -> String {
        mapping.keys.compactMap(\.string).joined(separator: ", ")
    }
}
