import Foundation
import JSON
import Models
import Tasks
import Yams

/// A configuration could not be read.
package struct ConfigurationError: Error, CustomStringConvertible {
    package let description: String
}

/// Reads a YAML file over a configuration's own defaults, so that a file states only what it changes.
package enum ConfigurationFile {
    /// The defaults, changed by the file at `path` and then by `overrides`.
    ///
    /// - Parameters:
    ///   - defaults: also decide which keys there are.
    ///   - path: of a YAML file; nil for none.
    ///   - overrides: dotted assignments such as `rollout.groupSize=4`, with YAML values.
    ///   - retired: keys of earlier versions, dotted, and what became of them, to follow the key in a sentence.
    /// - Throws: ``ConfigurationError`` that names the file, the line and the keys that would be right.
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

    /// The configuration as YAML, every value spelled out, keys in alphabetical order.
    ///
    /// - Parameters:
    ///   - configuration: what is written.
    ///   - keys: of the outermost level, which are not written and so have their defaults when the text is read.
    package static func text(
        of configuration: some Encodable, leavingOut keys: Set<String> = []
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

/// Lays what a person wrote over the tree of defaults, which says what keys there are.
private struct Merger {
    var tree: Node
    let retired: [String: String]

    mutating func merge(_ change: Node, origin: String) throws {
        try merge(change, into: &tree, at: [], origin: origin)
    }

    private func merge(_ change: Node, into tree: inout Node, at keys: [String], origin: String) throws {
        guard case .mapping(var base) = tree else {
            if case .mapping(let changes) = change {
                for key in changes.keys { try refuseRetired(keys + [key.string ?? ""], place(key, origin)) }
            }
            tree = change
            return
        }
        // Where the defaults name no key, any may be given.
        if base.isEmpty, case .mapping = change {
            tree = change
            return
        }
        guard case .mapping(let changes) = change else {
            throw ConfigurationError(
                description: place(change, origin)
                    + "\(keys.joined(separator: ".")) takes the keys \(list(base))")
        }
        for (key, value) in changes {
            let name = key.string ?? ""
            guard var old = base[name] else {
                try refuseRetired(keys + [name], place(key, origin))
                let parent = keys.isEmpty ? "" : " under \(keys.joined(separator: "."))"
                throw ConfigurationError(
                    description: place(key, origin)
                        + "unknown key \(name)\(parent); the keys are \(list(base))")
            }
            try merge(value, into: &old, at: keys + [name], origin: origin)
            base[name] = old
        }
        tree = .mapping(base)
    }

    private func refuseRetired(_ keys: [String], _ place: String) throws {
        let key = keys.joined(separator: ".")
        guard let fate = retired[key] else { return }
        throw ConfigurationError(description: "\(place)\(key) \(fate)")
    }

    private func place(_ node: Node, _ origin: String) -> String {
        node.mark.map { origin.hasPrefix("--") ? "\(origin): " : "\(origin):\($0.line): " } ?? "\(origin): "
    }

    private func list(_ mapping: Node.Mapping) -> String {
        mapping.keys.compactMap(\.string).joined(separator: ", ")
    }
}
