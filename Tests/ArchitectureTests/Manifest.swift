/// Reads just enough of `Package.swift` and of import lines to compare them.
enum Manifest {
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
