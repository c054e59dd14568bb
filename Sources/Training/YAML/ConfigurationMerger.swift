import Settings
import Yams

/// Merges files and overrides into the tree of defaults, which determines the valid keys.
struct ConfigurationMerger {
    private(set) var tree: Node
    private(set) var origins = ValueOrigins()
    private let retired: [String: String]
    private let presets: [String: SettingPreset]

    init(tree: Node, retired: [String: String], presets: [String: SettingPreset] = [:]) {
        self.tree = tree
        self.retired = retired
        self.presets = presets
    }

    /// - Parameters:
    ///   - change: the values to set.
    ///   - origin: the file's path, or the override as typed.
    /// - Throws: ``ConfigurationError`` that names the line, and the key that was probably meant.
    mutating func merge(_ change: Node, origin: String) throws {
        tree = try merged(change, into: tree, at: [], origin: origin)
    }

    private mutating func merged(
        _ change: Node, into tree: Node, at keys: [String], origin: String
    ) throws -> Node {
        guard case .mapping(var base) = tree else {
            if case .mapping(let changes) = change {
                for key in changes.keys {
                    try refuseRetired(keys + [key.string ?? ""], location(key, origin))
                }
            }
            origins.record(location(change, origin), keys)
            return change
        }
        // An empty mapping in the defaults accepts any key.
        if base.isEmpty, case .mapping = change {
            origins.record(location(change, origin), keys)
            return change
        }
        var change = change
        if let preset = presets[keys.joined(separator: ".")] {
            if let name = change.scalar {
                let value = Node.scalar(.init(name.string, name.tag, name.style, name.mark))
                change = Node.mapping(.init([(Node(preset.key), value)], .implicit, .any, name.mark))
            }
            // The name sets all values of the group; those beside it are merged into them.
            if let name = change[preset.key]?.string, let values = try preset.tree(name) {
                base = values
                origins.forget(below: keys)
            }
        }
        guard case .mapping(let changes) = change else {
            let group = keys.isEmpty ? "a configuration" : keys.joined(separator: ".")
            throw ConfigurationError(
                description: "\(location(change, origin)): \(group) takes the keys \(list(base))")
        }
        for (key, value) in changes {
            let name = key.string ?? ""
            guard let old = base[name] else { throw try unknown(key, in: base, below: keys, origin) }
            base[name] = try merged(value, into: old, at: keys + [name], origin: origin)
        }
        return .mapping(base)
    }

    private func unknown(
        _ key: Node, in base: Node.Mapping, below keys: [String], _ origin: String
    ) throws -> ConfigurationError {
        let name = key.string ?? ""
        try refuseRetired(keys + [name], location(key, origin))
        let parent = keys.isEmpty ? "" : " under \(keys.joined(separator: "."))"
        let elsewhere = tree.paths.filter { $0.last == name }.map { $0.joined(separator: ".") }
        let remedy =
            if let meant = NearestName.of(name, among: base.keys.compactMap(\.string)) {
                "did you mean \((keys + [meant]).joined(separator: "."))? The"
            } else if elsewhere.count == 1 {
                "did you mean \(elsewhere[0])? The"
            } else {
                "the"
            }
        return ConfigurationError(
            description: "\(location(key, origin)): unknown key \(name)\(parent); \(remedy) keys are "
                + list(base))
    }

    private func refuseRetired(_ keys: [String], _ location: String) throws {
        let key = keys.joined(separator: ".")
        guard let replacement = retired[key] else { return }
        throw ConfigurationError(description: "\(location): \(key) \(replacement)")
    }

    private func location(_ node: Node, _ origin: String) -> String {
        guard let mark = node.mark, !origin.hasPrefix("--") else { return origin }
        return "\(origin):\(mark.line)"
    }

    private func list(_ mapping: Node.Mapping) -> String {
        mapping.keys.compactMap(\.string).joined(separator: ", ")
    }
}

/// A name that sets all values of a group of keys.
struct SettingPreset: Sendable {
    /// The key with the name, such as `name`.
    let key: String
    /// The values that a name stands for, as a tree; nil for an unknown name, which is refused when the tree is decoded.
    let tree: @Sendable (_ name: String) throws -> Node.Mapping?
}

/// Where the values of a configuration were set.
struct ValueOrigins {
    private var locations: [String: String] = [:]

    fileprivate mutating func record(_ location: String, _ keys: [String]) {
        locations[keys.joined(separator: ".")] = location
    }

    /// Forgets where the values of a group were set, because all of them are replaced.
    fileprivate mutating func forget(below keys: [String]) {
        let prefix = keys.joined(separator: ".") + "."
        locations = locations.filter { !$0.key.hasPrefix(prefix) }
    }

    /// The file and line or the override that set a value, or the list or group that it belongs to; nil for a default.
    func origin(of key: String) -> String? {
        var key = key[...]
        while !key.isEmpty {
            if let location = locations[String(key)] { return location }
            key = key[..<(key.lastIndex { $0 == "." || $0 == "[" } ?? key.startIndex)]
        }
        return nil
    }
}

extension Node {
    /// The keys of every value below.
    fileprivate var paths: [[String]] {
        guard case .mapping(let mapping) = self else { return [[]] }
        return mapping.flatMap { key, value in
            [[key.string ?? ""]] + value.paths.filter { !$0.isEmpty }.map { [key.string ?? ""] + $0 }
        }
    }
}
