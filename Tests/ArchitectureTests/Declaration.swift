/// A type, function, constant or variable at the top level of a file, or a member of an extension there.
struct Declaration: Hashable {
    let name: String
    let isType: Bool
    /// The type that it extends, as far as the first period; nil at the top level.
    let extended: String?
    /// Whether only its file sees it.
    let isPrivate: Bool
}

extension SwiftFile {
    private static let typeKeywords: Set = ["struct", "enum", "class", "protocol", "actor", "typealias"]
    private static let valueKeywords: Set = ["func", "var", "let"]
    private static let modifiers: Set = [
        "public", "package", "internal", "fileprivate", "private", "static", "final", "class", "mutating",
        "nonmutating", "lazy", "nonisolated", "indirect", "override",
    ]

    var declarations: [Declaration] {
        var found: [Declaration] = []
        var depth = 0
        var extended: String?
        for (index, token) in tokens.enumerated() {
            switch token.text {
            case "{", "(", "[": depth += 1
            case "}", ")", "]":
                depth -= 1
                if depth == 0, token.text == "}" { extended = nil }
            case "extension" where depth == 0:
                extended = tokens[index...].dropFirst().first { $0.isWord }?.text
            default:
                guard depth == (extended == nil ? 0 : 1), let name = declaredName(at: index) else { continue }
                found.append(
                    Declaration(
                        name: name, isType: Self.typeKeywords.contains(token.text), extended: extended,
                        isPrivate: isPrivate(index)))
            }
        }
        return found
    }

    /// The types that the file declares at any depth, by their own names alone.
    var typeNames: Set<String> {
        Set(tokens.indices.filter { Self.typeKeywords.contains(tokens[$0].text) }.compactMap(declaredName))
    }

    /// What the file calls something of its own: declared at any depth, a case, a label or a parameter.
    var ownNames: Set<String> {
        Set(
            tokens.indices.compactMap { index in
                if index + 1 < tokens.count, tokens[index + 1].text == ":" { return tokens[index].text }
                return tokens[index].text == "case" ? name(after: index) : declaredName(at: index)
            })
    }

    private func declaredName(at index: Int) -> String? {
        let keyword = tokens[index]
        guard !keyword.isMember,
            Self.typeKeywords.contains(keyword.text) || Self.valueKeywords.contains(keyword.text)
        else { return nil }
        return name(after: index)
    }

    /// The word that follows, unless it is another keyword, as in `class func`.
    private func name(after index: Int) -> String? {
        guard index + 1 < tokens.count else { return nil }
        let next = tokens[index + 1]
        let isName =
            next.isWord && !next.isMember && !Self.valueKeywords.contains(next.text)
            && !Self.typeKeywords.contains(next.text)
        return isName ? next.text : nil
    }

    private func isPrivate(_ index: Int) -> Bool {
        let before = tokens[..<index].reversed().prefix { Self.modifiers.contains($0.text) }
        return before.contains { ["private", "fileprivate"].contains($0.text) }
    }
}
