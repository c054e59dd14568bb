import Foundation
import Testing

/// A page of `Documentation/Guides`.
struct Guide {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private let lines: [Substring]

    init(_ name: String) throws {
        let text = try Self.text("Documentation/Guides/\(name).md")
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The texts of the blocks that are marked as being in `language`.
    func blocks(_ language: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in lines {
            if let open = block {
                if line == "```" {
                    blocks.append(open.joined(separator: "\n"))
                    block = nil
                } else {
                    block = open + [line]
                }
            } else if line == "```\(language)" {
                block = []
            }
        }
        return blocks
    }

    // MARK: Whether the page is true

    /// Expects the example of a test, between the lines `// example:begin` and `// example:end`, to be a block of the page.
    func expectExample(of testFile: String = #filePath, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let source = try String(contentsOfFile: testFile, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(source.firstIndex(of: "// example:begin"), sourceLocation: sourceLocation)
        let end = try #require(source.firstIndex(of: "// example:end"), sourceLocation: sourceLocation)
        let example = source[(begin + 1)..<end].joined(separator: "\n")
        #expect(blocks("swift").contains(example), sourceLocation: sourceLocation)
    }

    /// Expects each change that the page shows, a block of `diff` whose first line is `--- PATH`, to fit the file of that path or
    /// to be made there already.
    func expectChanges(fitting count: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let changes = blocks("diff")
        #expect(changes.count == count, sourceLocation: sourceLocation)
        for change in changes {
            let lines = change.split(separator: "\n", omittingEmptySubsequences: false)
            let path = String(lines[0].dropFirst("--- ".count))
            let text = try Self.text(path)
            let isTrue = ["+", "-"].contains { omitted in
                text.contains(
                    lines.dropFirst().filter { !$0.hasPrefix(omitted) }.map { $0.dropFirst() }
                        .joined(separator: "\n"))
            }
            #expect(
                isTrue, "\(path) no longer has these lines; change the page:\n\(change)",
                sourceLocation: sourceLocation)
        }
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
