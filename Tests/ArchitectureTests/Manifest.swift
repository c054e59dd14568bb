/// Reads just enough of `Package.swift` and of import lines to compare them.
enum Manifest {
    /// Modules of the toolchain, which no manifest lists.
    private static let toolchain: Set<String> = [
        "Foundation", "FoundationEssentials", "Testing", "Synchronization", "Dispatch", "Glibc", "Musl",
        "Darwin",
        "RegexBuilder",
    ]

    /// The module names that each target declares as dependencies.
    static func dependencies(in text: String) -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        let declaration = #/\.(?:target|testTarget|executableTarget|systemLibrary)\(\s*name: "(\w+)"/#
        let starts = text.matches(of: declaration)
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1].range.lowerBound : text.endIndex
            let body = text[start.range.upperBound..<end]
            result[String(start.1)] = names(in: list(after: "dependencies:", in: body))
        }
        return result
    }

    /// The modules that a Swift source imports.
    static func imports(in source: String) -> Set<String> {
        let line =
            #/^(?:@\w+(?:\(\w+\))? +)*(?:(?:public|package|internal|fileprivate|private) +)?import +(?:(?:struct|class|enum|protocol|func|typealias|let|var) +)?(\w+)/#
            .anchorsMatchLineEndings()
        return Set(source.matches(of: line).map { String($0.1) })
    }

    /// What files import although the manifest does not let their target, for a person.
    ///
    /// - Parameter declared: by target, as ``dependencies(in:)`` reads it.
    static func undeclaredImports(in files: [SwiftFile], declared: [String: Set<String>]) -> [String] {
        files.flatMap { file -> [String] in
            let target = file.module
            let allowed = declared[target, default: []].union(toolchain).union([target])
            return file.imports.subtracting(allowed).sorted().map { module in
                """
                \(file.path) imports \(module), which \(target) does not declare: move the file to a target above \
                \(module), or, if \(target) stands above it, add the dependency in Package.swift
                """
            }
        }
    }

    /// The targets and products that `target` depends on, directly or not.
    static func reachable(from target: String, in declared: [String: Set<String>]) -> Set<String> {
        var seen: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            for dependency in declared[next, default: []] where seen.insert(dependency).inserted {
                open.append(dependency)
            }
        }
        return seen
    }

    private static func list(after label: String, in body: Substring) -> Substring {
        guard let opening = body.firstRange(of: label + " [") else { return "" }
        var depth = 1
        var index = opening.upperBound
        while index < body.endIndex, depth > 0 {
            if body[index] == "[" { depth += 1 }
            if body[index] == "]" { depth -= 1 }
            index = body.index(after: index)
        }
        return body[opening.upperBound..<index]
    }

    private static func names(in list: Substring) -> Set<String> {
        let products = list.matches(of: #/\.product\(name: "([\w]+)", package: "[^"]+"\)/#).map {
            String($0.1)
        }
        let targets = list.replacing(#/\.product\([^)]*\)/#, with: "").matches(of: #/"(\w+)"/#).map {
            String($0.1)
        }
        return Set(products + targets)
    }
}
