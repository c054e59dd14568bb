import Evaluation
import Foundation
import TestFixtures
import Testing

/// The scorers of published benchmarks, on entries whose scores were computed by hand.
@Suite struct PublishedProtocolTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func file(_ name: String, _ text: String) throws -> URL { try folder.write(text, to: name) }

    // MARK: POPE

    /// Every style of answer the official rule treats in its own way; yes and no in turn are right.
    @Test func popeReadsNoFromTheFirstSentence() throws {
        let answers = [
            ("yes", "yes"), ("No, there is none.", "no"), ("There is, clearly.", "yes"),
            ("it is not there", "no"),
            ("yes. There is no doubt.", "yes"), ("Nothing like it.", "no"), ("NO", "no"), ("Well, no", "yes"),
        ]
        let predictions = answers.enumerated().map {
            #"{"question_id": \#($0.offset + 1), "answer": "\#($0.element.0)"}"#
        }
        let truth = answers.enumerated().map {
            #"{"question_id": \#($0.offset + 1), "label": "\#($0.element.1)"}"#
        }
        let score = try PublishedProtocol.pope.score(
            file("p.jsonl", predictions.joined(separator: "\n")),
            data: file("t.jsonl", truth.joined(separator: "\n")))
        // "Nothing" and "NO" are none of the words: two false positives. "Well, no" is: one false negative.
        #expect(score.overall.correct == 5 && score.overall.total == 8)
        #expect(score.figures["precision"] == 3.0 / 5)
        #expect(score.figures["recall"] == 3.0 / 4)
        #expect(abs(score.figures["f1"]! - 2 * 0.6 * 0.75 / 1.35) < 1e-12)
        #expect(score.figures["yes_ratio"] == 5.0 / 8)
    }

    // MARK: MathVista

    @Test(arguments: [
        (#""integer""#, "null", "null", "7.9", "7", true),
        (#""integer""#, "null", "null", "7 apples", "7", false),
        (#""integer""#, "null", "null", "-0.5", "0", true),
        (#""integer""#, "null", "null", "1e2", "100", true),
        (#""float""#, "1", "null", "1.25", "1.2", true), (#""float""#, "1", "null", "1.35", "1.4", true),
        (#""float""#, "2", "null", "3", "3.0", true), (#""float""#, "1", "null", "", "0.0", false),
        (#""text""#, "null", #"["cat", "horse"]"#, "(B) something", "horse", true),
        (#""text""#, "null", #"["cat", "horse"]"#, "A", "cat", true),
        (#""text""#, "null", #"["cat", "horse"]"#, "a house", "horse", true),
        (#""text""#, "null", #"["cat", "horse"]"#, "c", "cat", true),
        (#""list""#, "null", "null", "[1, 2]", "[1, 2]", true),
        (#""list""#, "null", "null", "[1,2]", "[1, 2]", false),
    ])
    func mathVistaBringsAnswersIntoForm(
        type: String, precision: String, choices: String, extraction: String, answer: String, isCorrect: Bool
    ) throws {
        let kind = choices == "null" ? "free_form" : "multi_choice"
        let entry =
            #"{"7": {"extraction": "\#(extraction)", "answer": "\#(answer)", "answer_type": \#(type), "#
            + #""question_type": "\#(kind)", "precision": \#(precision), "choices": \#(choices), "#
            + #""metadata": {"skills": ["a", "b"], "grade": "college"}}}"#
        let score = try PublishedProtocol.mathvista.score(file("p.json", entry), data: nil)
        #expect((score.overall.correct == 1) == isCorrect)
        #expect(score.categories["skills"]?.keys.sorted() == ["a", "b"])
        #expect(score.categories["grade"]?["college"]?.total == 1)
    }

    // MARK: MATH-Vision

    @Test(arguments: [
        ("b", true), ("4", true), ("4.001", true), ("4.01", false), ("\\\\frac{8}{2}", true), ("", false),
        ("5", false),
        ("4°", false), ("$4$", true), ("\\\\sqrt{16}", true), ("√16", false),
    ])
    func mathVisionTakesTheLetterOrItsText(answer: String, isCorrect: Bool) throws {
        let score = try PublishedProtocol.mathvision.score(
            file("p.jsonl", #"{"id": "1", "model_answer": "\#(answer)"}"#),
            data: file(
                "t.jsonl", #"{"id": "1", "answer": "B", "options": ["3", "$4$"], "level": 2, "subject": "x"}"#
            ))
        #expect((score.overall.correct == 1) == isCorrect)
        #expect(score.categories["level"]?["2"]?.total == 1)
    }

    /// As the official comparison with latex2sympy2 1.9.1 says.
    @Test(arguments: [
        (#"\frac{1}{4}}.therest"#, "$1:4$", true), (#"5.so,thesumis5"#, "5", true), ("5)", "5", true),
        (#"\frac{3\pi}{2}}{cm"#, #"$\frac{3 \pi}{2}$"#, true), ("x=5", "5", true), (#"5\%"#, "0.05", true),
        (#"25\pi\)"#, #"25\pi"#, false), (#"25\pi"#, "78.54", true), (#"\frac12"#, "0.5", false),
        (#"\sqrt2"#, "1.41", false), (#"2\frac{1}{2}"#, "2.5", false), (#"180\degree"#, "180", false),
        ("5 cm", "5", false), ("5%", "0.05", false), ("e", "2.72", false), ("5{", "5", false),
    ])
    func mathVisionReadsAValidBeginning(answer: String, right: String, isCorrect: Bool) throws {
        func line(_ values: [String: String]) throws -> String {
            String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
        }
        let score = try PublishedProtocol.mathvision.score(
            file("p.jsonl", line(["id": "1", "model_answer": answer])),
            data: file("t.jsonl", line(["id": "1", "answer": right])))
        #expect((score.overall.correct == 1) == isCorrect)
    }

    @Test func numbersBeyondDoubleAreStillNumbers() throws {
        let score = try PublishedProtocol.mathvision.score(
            file("p.jsonl", #"{"id": "1", "model_answer": "\\frac{1}{3}"}"#),
            data: file("t.jsonl", #"{"id": "1", "answer": "$\\frac{3^{1008}-1}{3^{1009}}$", "options": []}"#))
        #expect(score.overall.correct == 1)
    }

    // MARK: Thoughts

    /// What lmms-eval's reasoning tasks make of an answer with thoughts, by reading their rules.
    @Test(arguments: [
        ("<think>2?</think><answer>3.5</answer>", "3.50", true), ("<answer>3.5 cm</answer>", "3.5", true),
        ("so it is 3.5 cm", "3.5", false), ("The result is\n3.5.\n", "3.5", true),
        ("\\boxed{1} and \\boxed{\\frac{7}{2}}", "3.5", true), ("<answer>1 or 3.5</answer>", "3.5", true),
        ("<answer>71.8%</answer>", "0.718", true), ("<answer>7.5%</answer>", "7.5", true),
        ("<answer>7.5%</answer>", "7.500", false), ("<answer>$3.25°$</answer>", "3.25", true),
        ("<answer>\\boxed{3.25°}</answer>", "3.25", false),
        ("<answer>\\boxed{3.25 cm}</answer>", "3.25", true),
        ("<answer>\\boxed{3} and \\boxed{4}</answer>", "4", false),
        ("<answer>$5 or 3.25$</answer>", "3.25", false),
        ("<answer>$about 3.25$</answer>", "3.25", false), ("<answer>$Answer: 3.25$</answer>", "3.25", true),
        ("<answer>\\boxed{Answer: 3.25}</answer>", "3.25", false),
        ("<answer>\\boxed{It fits. 3.25}</answer>", "3.25", true),
        ("<answer>$3.25e0$</answer>", "3.25", false),
        ("<answer>$f(x) = 2 and so y=3.25$</answer>", "3.25", false),
        ("<answer>B</answer>", "B", true),
        ("<answer>E</answer>", "Even", true), ("<answer>odd</answer>", "even", false),
    ])
    func thoughtsEndInAnAnswer(said: String, answer: String, isCorrect: Bool) throws {
        let entry = ["prediction": said, "answer": answer, "qid": "1"]
        let score = try PublishedProtocol.dynamathReasoning.score(
            file("p.jsonl", String(decoding: JSONEncoder().encode(entry), as: UTF8.self)), data: nil)
        #expect((score.overall.correct == 1) == isCorrect)
        #expect(score.figures["Worst Case Overall"] == (isCorrect ? 1 : 0))
    }

    // MARK: Files

    @Test(arguments: [
        ("", "is empty"), ("[1]", "not an object"), ("{\"a\": 1}\nx", "line 2 is not JSON"),
        (#"{"answer": "yes"}"#, "entry 1 has no question_id"),
        (#"{"question_id": 9, "answer": "yes"}"#, "question 9"),
        (#"{"question_id": 1}"#, "has no answer"),
    ])
    func whatCannotBeScoredIsNamed(text: String, problem: String) throws {
        let truth = try file("t.jsonl", #"{"question_id": 1, "label": "yes"}"#)
        let predictions = try file("p.jsonl", text)
        let error = #expect(throws: PredictionError.self) {
            try PublishedProtocol.pope.score(predictions, data: truth)
        }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        #expect(throws: PredictionError.self) { try PublishedProtocol.pope.score(truth, data: nil) }
    }

    @Test func theIntervalHoldsTheAccuracy() {
        let items = (0..<400).map { ScoredItem(id: "\($0)", isCorrect: $0 % 4 == 0, prediction: "x") }
        let score = Score(items)
        // Two standard deviations of 400 draws at a quarter are 4.3 points.
        #expect(abs(score.interval[0] - 0.2075) < 0.01 && abs(score.interval[1] - 0.2925) < 0.01)
    }
}
