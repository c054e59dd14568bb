import Foundation
import TestFixtures
import Testing

struct HelpTests {
    private func output(_ arguments: [String]) throws -> String {
        let folder = try TemporaryFolder()
        let file = folder.path("output")
        let outcome = try DeepEyesCommand.run(arguments, by: #"COLUMNS=80 exec "$@" >"\#(file)""#)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try text(of: URL(filePath: file))
    }

    @Test(arguments: [
        "train", "config", "evaluate", "compare", "select", "data inspect", "judge check", "ask", "serve",
        "view",
        "sft", "nano-base", "skills", "scenes", "bench",
    ])
    func examplesOfACommandCanBeCopied(command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let lines = try output(words + ["--help"]).split(separator: "\n", omittingEmptySubsequences: false)
        var exampleCount = 0
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  deepeyes ") {
            exampleCount += 1
            // An example ends with its line, or goes on in an indented one after a backslash.
            #expect(next.isEmpty || next.hasPrefix("  "), "\(line)\n\(next)")
            #expect(line.hasSuffix(" \\") == next.hasPrefix("      "), "\(line)\n\(next)")
        }
        #expect(exampleCount > 0)
    }

    @Test func theReferenceIsWhatTheCommandPrints() throws {
        let page = DeepEyesCommand.root.appending(path: "Documentation/Configuration.md")
        let printed = try output(["config", "--markdown"])
        #expect(
            try text(of: page) == printed,
            "write it anew: deepeyes config --markdown > Documentation/Configuration.md")
        #expect(
            printed.contains("| `groupSize` | `8` | a whole number, at least 2 | Trajectories per prompt. |"))
    }

    @Test func aKeyIsExplainedOnTheTerminal() throws {
        #expect(
            try output(["config", "batch", "--of", "sft"]).hasPrefix(
                "batch: 16   # a whole number, at least 1\n"))
    }
}
