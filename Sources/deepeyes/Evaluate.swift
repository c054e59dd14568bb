import ArgumentParser
import Evaluation
import Foundation
import Runs

struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score predictions for a benchmark as its official scorer does.",
        discussion: """
            Predictions that were made elsewhere are scored again, with accuracy by category and its 95 % interval.

            \(PublishedProtocol.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            Examples:
              deepeyes evaluate --benchmark mathvista --rescore output_bard.json
              deepeyes evaluate --benchmark pope --data coco_pope_random.json --rescore answers.jsonl --output score.json
            """)

    @Option(help: "pope, mathvista or mathvision.")
    var benchmark: PublishedProtocol

    @Option(help: "File of predictions.", completion: .file())
    var rescore: String

    @Option(help: "The benchmark's own file with the right answers.", completion: .file())
    var data: String?

    @Option(help: "Write the score as JSON.", completion: .file(extensions: ["json"]))
    var output: String?

    func run() throws {
        let score = try benchmark.score(URL(filePath: rescore), data: data.map { URL(filePath: $0) })
        try Console.write(table(score) + "\n")
        if let output {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try AtomicFile.write(encoder.encode(score), to: URL(filePath: output))
            try Console.write("wrote \(output)\n")
        }
    }

    private func table(_ score: Score) -> String {
        func row(_ name: String, _ share: Score.Share) -> String {
            let count = "\(share.correct) of \(share.total)"
            return name.padding(toLength: 44, withPad: " ", startingAt: 0)
                + String(repeating: " ", count: max(0, 14 - count.count)) + count
                + "   " + Readable.fixed(share.accuracy * 100, 2) + " %"
        }
        var lines = [row("accuracy", score.overall)]
        lines.append(
            "95 % interval  \(Readable.fixed(score.interval[0] * 100, 1))–\(Readable.fixed(score.interval[1] * 100, 1)) %"
        )
        if score.unparsed > 0 { lines.append("answers in which nothing was understood: \(score.unparsed)") }
        for (name, value) in score.figures.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "\(name.padding(toLength: 44, withPad: " ", startingAt: 0))  \(Readable.fixed(value, 4))")
        }
        for (group, shares) in score.categories.sorted(by: { $0.key < $1.key }) {
            lines.append("\n\(group)")
            lines += shares.sorted { $0.key < $1.key }.map { row("  " + $0.key, $0.value) }
        }
        return lines.joined(separator: "\n")
    }
}

extension PublishedProtocol: ExpressibleByArgument {}
