import Foundation
import JSON
import Settings
import Yams

/// An invalid configuration.
package struct ConfigurationError: Error, CustomStringConvertible {
    package let description: String
}

/// Reads and writes configurations as YAML. A file contains only the values that differ from the defaults.
package enum ConfigurationFile {
    /// Loads the defaults, changed by the file at `path` and then by `overrides`, and checks every value.
    ///
    /// - Parameters:
    ///   - defaults: the default values; they also determine the valid keys and the ranges.
    ///   - path: path of a YAML file; nil for none.
    ///   - overrides: dotted assignments such as `rollout.groupSize=4`, with YAML values.
    ///   - retired: dotted keys of earlier versions, each with the rest of an error message such as `is now …`.
    ///   - presets: by dotted key of a group, its key with a name that sets all values of the group, and these values by name.
    ///   - check: checks that values fit together; throws `SettingError`.
    /// - Throws: ``ConfigurationError`` that names the file and line or the override, the key and the valid values.
    package static func load<Configuration: Codable>(
        _ defaults: Configuration, from path: String?, overrides: [String] = [],
        retired: [String: String] = [:], presets: [String: NamedValues] = [:],
        check: (Configuration) throws -> Void = { _ in }
    ) throws -> Configuration {
        let merger = try merged(defaults, path, overrides, retired, presets)
        let configuration = try decoded(merger, path, like: defaults)
        do {
            try SettingTree.check(configuration, like: defaults)
            try check(configuration)
        } catch let error as SettingError {
            let origin = merger.origins.origin(of: error.key)
            throw ConfigurationError(
                description: "\(origin ?? "configuration"): \(error.key) \(error.problem)")
        }
        return configuration
    }

    /// The configuration of a recorded run; unlike ``load(_:from:overrides:retired:presets:check:)``, values that an earlier version
    /// allowed are not refused.
    ///
    /// - Throws: ``ConfigurationError`` for a file that cannot be read.
    package static func recorded<Configuration: Codable>(
        _ defaults: Configuration, at path: String, retired: [String: String] = [:],
        presets: [String: NamedValues] = [:]
    ) throws -> Configuration {
        try decoded(merged(defaults, path, [], retired, presets), path, like: defaults)
    }

    /// Values of a group of keys, by a name that is one of its keys.
    package typealias NamedValues = (key: String, values: @Sendable (_ name: String) -> (any Encodable)?)

    private static func merged(
        _ defaults: some Encodable, _ path: String?, _ overrides: [String], _ retired: [String: String],
        _ presets: [String: NamedValues]
    ) throws -> ConfigurationMerger {
        let tree = try Yams.compose(yaml: text(of: defaults)) ?? Node.mapping(Node.Mapping([]))
        var merger = ConfigurationMerger(
            tree: tree, retired: retired,
            presets: presets.mapValues { preset in
                SettingPreset(key: preset.key) { name in
                    try preset.values(name).flatMap { try Yams.compose(yaml: text(of: $0))?.mapping }
                }
            })
        if let path, let node = try read(path) { try merger.merge(node, origin: path) }
        for assignment in overrides {
            guard let equals = assignment.firstIndex(of: "=") else {
                throw ConfigurationError(
                    description: "--set \(assignment): write it as key=value, e.g. steps=10")
            }
            let keys = assignment[..<equals].split(separator: ".").map(String.init)
            let text = String(assignment[assignment.index(after: equals)...])
            let value: Node
            do { value = try Yams.compose(yaml: text) ?? Node("") } catch {
                throw ConfigurationError(
                    description: "--set \(assignment): the value is not YAML: \(problem(error)); "
                        + "put it in quotes: --set '\(assignment[...equals])\"…\"'")
            }
            let nested = keys.reversed().reduce(value) { Node.mapping(Node.Mapping([(Node($1), $0)])) }
            try merger.merge(nested, origin: "--set \(assignment)")
        }
        return merger
    }

    private static func read(_ path: String) throws -> Node? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ConfigurationError(description: "\(path): the file does not exist; check the path")
        }
        guard !isFolder.boolValue else {
            throw ConfigurationError(
                description: "\(path): is a folder; give a YAML file such as Configurations/nano.yaml")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(description: "\(path): cannot be read; check its permissions")
        }
        do { return try Yams.compose(yaml: String(decoding: data, as: UTF8.self)) } catch {
            throw ConfigurationError(description: "\(path): is not YAML: \(problem(error))")
        }
    }

    /// What is wrong, in the words of the parser and on one line.
    private static func problem(_ error: any Error) -> String {
        guard let error = error as? YamlError else { return "the text is damaged" }
        return switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem.trimmingCharacters(in: .whitespacesAndNewlines))"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "line \(context.mark.line): the key \(duplicates.joined(separator: ", ")) is given twice"
        default: "the text is damaged"
        }
    }

    private static func decoded<Configuration: Decodable>(
        _ merger: ConfigurationMerger, _ path: String?, like defaults: Configuration
    ) throws -> Configuration {
        do {
            return try YAMLDecoder().decode(Configuration.self, from: Yams.serialize(node: merger.tree))
        } catch let error as DecodingError {
            let key = error.keys.dottedKey
            let origin = merger.origins.origin(of: key) ?? path ?? "configuration"
            throw ConfigurationError(
                description: "\(origin): "
                    + (error.mismatch(of: key, found: merger.tree.value(at: error.keys), defaults)
                        ?? error.summary))
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
        guard case .mapping(var mapping) = try Yams.compose(yaml: encoder.encode(configuration)) else {
            return "{}\n"
        }
        for key in keys { mapping[key] = nil }
        return try Yams.serialize(node: Node.mapping(mapping).withShortNumbers)
    }
}

extension Node {
    /// The node with numbers as people write them: `1` and `1e-06` instead of `1e+0` and `9.9999999999999995e-07`.
    fileprivate var withShortNumbers: Node {
        switch self {
        case .mapping(var mapping):
            for (key, value) in mapping { mapping[key] = value.withShortNumbers }
            return .mapping(mapping)
        case .sequence(var sequence):
            for index in sequence.indices { sequence[index] = sequence[index].withShortNumbers }
            return .sequence(sequence)
        case .scalar where tag == Tag(.float):
            guard let value = float, value.isFinite else { return self }
            return Node(value.spelled, Tag(.float))
        default: return self
        }
    }

    /// The text of the scalar at a path.
    fileprivate func value(at keys: [String]) -> String? {
        guard let key = keys.first else { return scalar?.string }
        if let index = Int(key.dropFirst().dropLast()), key.hasPrefix("["), let sequence {
            return sequence.indices.contains(index) ? sequence[index].value(at: Array(keys.dropFirst())) : nil
        }
        return self[key]?.value(at: Array(keys.dropFirst()))
    }
}

extension DecodingError {
    /// The keys of the value; an index is written as `[0]`.
    fileprivate var keys: [String] {
        let path: [any CodingKey] =
            switch self {
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                .dataCorrupted(let context):
                context.codingPath
            @unknown default: []
            }
        return path.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }
    }

    /// What a value of another type must be; nil for other errors.
    fileprivate func mismatch(of key: String, found: String?, _ defaults: Any) -> String? {
        guard case .typeMismatch = self else { return nil }
        let entries = SettingTree.entries(of: defaults)
        // The keys of an element have no index in the reference.
        let name = key.replacing(/\[[0-9]+\]/, with: "[]")
        guard let entry = entries.first(where: { $0.key == name }), !entry.isGroup else { return nil }
        let element = entries.first { $0.key.hasPrefix(name + "[].") }?.key.dropFirst(name.count + 3)
        return "\(key) must be \(entry.kind)" + (found.map { $0.isEmpty ? "" : ", not \($0)" } ?? "")
            + (element.map { "; write \(key)=[{\($0): …}]" } ?? "")
    }
}

extension [String] {
    /// `data.parts[0].file`
    fileprivate var dottedKey: String { joined(separator: ".").replacing(".[", with: "[") }
}
