import Evaluation
import Foundation
import TestFixtures
import Testing

/// Files of predictions in the forms of other programs.
@Suite struct PredictionFormTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String, _ text: String) throws -> URL { try folder.write(text, to: name) }

    /// A quoted cell with a tab, a line feed and quotes; Windows line ends; an empty cell.
    @Test func tablesAreQuotedAsPandasDoesIt() throws {
        let text = "index\tanswer\tprediction\r\n1\tB\t\"\"\"B\"\"\tor\nnot\"\r\n2\tA\t\r\n"
        let score = try PublishedProtocol.mmstar.score(file("p.tsv", text), data: nil)
        #expect(score.items.map(\.id) == ["1", "2"])
        #expect(score.items.map(\.prediction) == ["B", nil])
    }

    /// Answers in lists of lists; members of the question before those of the log.
    @Test func logsHaveTheQuestionInside() throws {
        let line =
            #"{"doc_id": 3, "doc": {"index": 8, "answer": "C"}, "target": "x", "answer": "D", "#
            + #""resps": [["(C)"]], "filtered_resps": ["(C)"]}"#
        let score = try PublishedProtocol.mmstar.score(file("p.jsonl", line), data: nil)
        #expect(score.items.map(\.id) == ["8"] && score.overall.correct == 1)
    }

    /// Of four answers the second and the last two are right, and the commonest is.
    @Test func severalAnswersToAQuestion() throws {
        let line =
            #"{"doc_id": 0, "doc": {"answer": "7"}, "resps": [["1", "\\boxed{7}", "007", "Answer: 7"]]}"#
        let score = try PublishedProtocol.aime2024.score(file("p.jsonl", line), data: nil)
        #expect(score.overall.correct == 0)
        #expect(
            score.figures == [
                "cov@2": 1, "avg@2": 0.5, "maj@2": 0, "cov@4": 1, "avg@4": 0.75, "maj@4": 1,
            ])
    }

    /// Python's generator, seeded with 42, chooses A, A, C, B, B, B, A, A of four.
    @Test func answersWithoutAnOptionAreGuessedAsPythonDoes() throws {
        let lines = "AACBBBAA".map {
            #"{"A": "w", "B": "x", "C": "y", "D": "z", "answer": "\#($0)", "prediction": "?"}"#
        }
        let score = try PublishedProtocol.mmmu.score(
            file("p.jsonl", lines.joined(separator: "\n")), data: nil)
        #expect(score.overall.correct == 8 && score.unparsed == 8)
        #expect(score.figures == ["guesses": 8, "guesses expected to be right": 2])
    }

    @Test(arguments: [
        ("p.xlsx", "PK", "save it as TSV or JSON lines"),
        ("p.tsv", "index\tanswer\n1\tA\n", "entry 1 has no prediction"),
        ("p.tsv", "index\tprediction\n1\tA\n", "has no answer"),
        ("p.tsv", "index\tprediction\n1\tA\tB\n", "line 2 has 3 cells under 2 columns"),
        ("p.tsv", "index\tprediction\n1\t\"A\n", "line 2 has a quote that is not closed"),
        ("p.jsonl", #"{"answer": "A"}"#, "entry 1 has no prediction"),
        ("p.jsonl", "{\"answer\": \"A\", \"prediction\": \"A\"}\n{", "line 2 is not JSON"),
    ])
    func whatCannotBeReadIsNamed(name: String, text: String, problem: String) throws {
        let predictions = try file(name, text)
        let error = #expect(throws: PredictionError.self) {
            try PublishedProtocol.mmstar.score(predictions, data: nil)
        }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(name) == true)
    }

    @Test(arguments: [
        (PublishedProtocol.mathverse, "no judge verdict"), (.logicvista, "no judge output"),
        (.mmvet, "has no score"),
    ])
    func aJudgeIsNotReplaced(benchmark: PublishedProtocol, problem: String) throws {
        let predictions = try file("p.jsonl", #"{"prediction": "A", "answer": "A", "category": "ocr"}"#)
        let error = #expect(throws: PredictionError.self) { try benchmark.score(predictions, data: nil) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test func questionsThatTheDataLacksAreNamed() throws {
        let predictions = try file("p.jsonl", #"{"index": 7, "prediction": "A"}"#)
        let error = #expect(throws: PredictionError.self) {
            try PublishedProtocol.mmstar.score(predictions, data: self.file("t.tsv", "index\tanswer\n8\tA\n"))
        }
        #expect(error?.description.contains("t.tsv: has no question 7") == true)
    }
}
