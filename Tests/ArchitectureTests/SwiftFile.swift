/// A Swift source with what the tests of this target ask of it; where it lies need not exist.
struct SwiftFile {
    /// From the root of the package.
    let path: String
    let text: String
    /// The text without comments and without what string and regex literals say.
    let code: String
    let tokens: [Token]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        let code = CodeReader.code(of: text)
        tokens = Token.all(in: code)
        self.code = String(decoding: code, as: UTF8.self)
    }

    private var components: [Substring] { path.split(separator: "/") }

    /// The folder below `Sources` or `Tests`.
    var module: String { components.dropFirst().first.map(String.init) ?? "" }

    /// The folder below that of the module, as in `Scorers/Python`; "." for the module's own.
    var folder: String {
        let folders = components.dropFirst(2).dropLast()
        return folders.isEmpty ? "." : folders.joined(separator: "/")
    }

    /// The names that occur in the code.
    var names: Set<String> { Set(tokens.map(\.text)) }

    var imports: Set<String> { Manifest.imports(in: code) }
}

/// A word of Swift code, or a bracket or colon.
struct Token: Hashable {
    let text: String
    /// Whether it comes after a period, and so names a member.
    let isMember: Bool

    static func all(in code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < code.count {
            let start = index
            while index < code.count, isWord(code[index]) { index += 1 }
            if index > start {
                let isMember =
                    start > 0 && code[start - 1] == UInt8(ascii: ".")
                    && (start == 1 || code[start - 2] != UInt8(ascii: "."))
                tokens.append(
                    Token(text: String(decoding: code[start..<index], as: UTF8.self), isMember: isMember))
            } else {
                if punctuation.contains(code[index]) {
                    tokens.append(Token(text: String(UnicodeScalar(code[index])), isMember: false))
                }
                index += 1
            }
        }
        return tokens
    }

    var isWord: Bool { text.utf8.first.map(Token.isWord) ?? false }

    private static let punctuation = Set("{}()[]:".utf8)

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
