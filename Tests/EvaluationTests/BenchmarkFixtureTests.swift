import Evaluation
import Foundation
import TestFixtures
import Testing

/// The official scorers on a few items of each benchmark in its on-disk form, against scores worked out by
/// hand from `Tools/reference/benchmark_fixtures.py`.
@Suite struct BenchmarkFixtureTests {
    private static let folder = GoldenFolder().url.appending(path: "benchmarks")

    private func score(
        _ benchmark: PublishedProtocol, _ predictions: String, data: String? = nil
    ) throws -> Score {
        try benchmark.score(
            Self.folder.appending(path: predictions), data: data.map { Self.folder.appending(path: $0) })
    }

    private func expect(
        _ score: Score, _ correct: Int, of total: Int, figures: [String: Double] = [:],
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(score.overall.correct == correct && score.overall.total == total, sourceLocation: location)
        for (name, value) in figures {
            let found = score.figures[name] ?? .nan
            #expect(abs(found - value) < 1e-6, "\(name) is \(found)", sourceLocation: location)
        }
    }

    // MARK: Letters

    /// "Because …" is B and wrong, "blue" is B and right, "None" names nothing.
    @Test func vstar() throws {
        let score = try score(.vstar, "vstar/predictions.jsonl")
        expect(score, 5, of: 7)
        #expect(score.unparsed == 1)
        #expect(score.categories["category"]?["direct_attributes"]?.correct == 3)
        #expect(score.categories["category"]?["relative_position"]?.correct == 2)
    }

    /// The only letter of "it is metal" is A; the three of "\boxed{A}" name nothing. The judge had given
    /// three of four.
    @Test func linesOfDeepEyes() throws {
        let score = try score(.vstar, "vstar/deepeyes.jsonl")
        expect(score, 2, of: 4, figures: ["acc (recorded judge)": 0.75])
        #expect(score.items.map(\.prediction) == ["A", "B", "A", nil])
    }

    /// By cycle 2, 1, 1, 1 of 2. "B or C" names two and has no judge; a refusal is wrong.
    @Test func hrBench() throws {
        let score = try score(.hrbench, "hrbench/predictions.tsv")
        expect(score, 5, of: 8, figures: ["average": 0.625, "single": 0.75, "cross": 0.5])
        #expect(score.unparsed == 2)
        // The table of questions, with its pictures, adds nothing that the results lack.
        #expect(try self.score(.hrbench, "hrbench/predictions.tsv", data: "hrbench/hr_bench_8k.tsv") == score)
    }

    /// An empty answer is A and right; "Clearly" is C and wrong; "gray" names no letter.
    @Test func mmeRealWorld() throws {
        let score = try score(.mmeRealWorld, "mme-realworld-lite/predictions.tsv")
        expect(score, 4, of: 6)
        #expect(score.categories["task"]?["Perception"]?.correct == 3)
        #expect(score.categories["task"]?["Reasoning"]?.correct == 1)
        #expect(score.categories["category"]?["person/attribute"]?.total == 1)
    }

    /// The mean of 1, 1/2 and 1 over the finer categories.
    @Test func mmStar() throws {
        let score = try score(.mmstar, "mmstar/predictions.tsv")
        expect(score, 3, of: 4, figures: ["average": 2.5 / 3, "fine-grained perception": 0.5])
    }

    /// A letter, "$1,200.00" for 1,200, the last of two letters, and the text of an option.
    @Test func mmmu() throws {
        let score = try score(.mmmu, "mmmu/predictions.jsonl")
        expect(score, 4, of: 4, figures: ["guesses": 0])
        #expect(score.categories["domain"]?["Business"]?.total == 2)
        #expect(score.categories["subject"]?.keys.sorted() == ["Accounting", "Art"])
    }

    // MARK: Words and numbers

    /// "NO" is not "no", and so yes.
    @Test func pope() throws {
        expect(try score(.pope, "pope/predictions.jsonl", data: "pope/coco_pope_random.json"), 1, of: 2)
    }

    @Test func mathVista() throws { expect(try score(.mathvista, "mathvista/predictions.json"), 2, of: 3) }

    @Test func mathVision() throws {
        expect(
            try score(.mathvision, "mathvision/predictions.jsonl", data: "mathvision/test.jsonl"), 1, of: 2)
    }

    /// "The liver" is not "liver", and "two" not "2"; "nope." is no and "是的" is 有.
    @Test func slake() throws {
        let score = try score(.slake, "slake/predictions.tsv", data: "slake/SLAKE.tsv")
        expect(score, 3, of: 5)
        #expect(score.categories["answer_type"]?["closed"]?.accuracy == 1)
        #expect(score.categories["modality"]?["x-ray"]?.correct == 2)
    }

    /// 023 is 23, the last box counts, "**Answer:** 699" is "** 699", and a fraction is no number.
    @Test func aime() throws {
        let score = try score(.aime2024, "aime2024/predictions.tsv")
        expect(score, 3, of: 5)
        #expect(score.categories["category"]?["I"]?.correct == 2)
    }

    /// One question of three is right in all variants; "It is odd" does not lie within "odd".
    @Test func dynaMath() throws {
        let score = try score(.dynamath, "dynamath/predictions.tsv")
        expect(
            score, 7, of: 9,
            figures: [
                "Worst Case Overall": 1.0 / 3, "Worst Case Subject-algebra": 0.5,
                "Worst Case Level-undergraduate": 0,
            ])
        #expect(score.categories["subject"]?["algebra"]?.correct == 5)
    }

    /// Mastered; steps only; one step and the whole; nothing; two of three steps and the whole.
    @Test func weMath() throws {
        expect(
            try score(.wemath, "wemath/predictions.tsv"), 10, of: 16,
            figures: [
                "Score (Strict)": (525 - 0.5 - 2 - 1) / 525, "Score (Loose)": (525 - 0.5 - 0 - 1) / 525,
                "InsufficientKnowledge (Strict)": 1.0 / 525, "InadequateGeneralization (Loose)": 1.0 / 525,
                "CompleteMastery (Strict)": 1.0 / 525, "CompleteMastery (Loose)": 3.0 / 525,
                "RoteMemorization (Strict)": 2.0 / 3, "RoteMemorization (Loose)": 0,
                "One-step(S1)": 7.0 / 11, "Two-step(S2)": 0.5, "Three-step(S3)": 1,
            ])
    }

    // MARK: Judged

    @Test func mathVerse() throws {
        let score = try score(.mathverse, "mathverse/predictions.tsv")
        expect(score, 3, of: 4)
        #expect(score.categories["problem_version"]?["Vision Only"]?.correct == 1)
        #expect(score.categories["subfield"]?["Angle"]?.correct == 1)
    }

    /// "DA" is "A, D"; a small letter is no extraction.
    @Test func logicVista() throws {
        let score = try score(.logicvista, "logicvista/predictions.tsv")
        expect(score, 2, of: 5)
        #expect(score.categories["skill"]?["deductive"]?.correct == 1)
        #expect(score.categories["skill"]?["inductive"]?.correct == 0)
    }

    @Test func mmVet() throws {
        expect(
            try score(.mmvet, "mmvet/predictions.tsv"), 1, of: 4,
            figures: ["total": 0.65, "ocr": 0.75, "math": 0.5, "rec": 0.55, "spat": 0.9, "ocr_math": 0.5])
    }

    // MARK: Places

    /// 0.8, nothing in round brackets, and the first of two boxes at 0.5. The missing box has its center in a
    /// corner.
    @Test func refCOCO() throws {
        expect(
            try score(.refcoco, "refcoco/predictions.jsonl"), 2, of: 3,
            figures: [
                "IoU": 1.3 / 3, "ACC@0.1": 2.0 / 3, "ACC@0.5": 2.0 / 3, "ACC@0.7": 1.0 / 3, "ACC@0.9": 0,
                "Center_ACC": 1,
            ])
    }

    /// Pixels, thousandths of 48 x 32 (20.016 x 16 pixels over 20 x 16), none, and the left half without
    /// brackets.
    @Test func refCOCOGrounding() throws {
        let folder = try TemporaryFolder()
        let splits = ["refcoco_testA", "refcoco+_val", "refcocog_test"]
        let joined = try folder.write(
            splits.map { try text(of: Self.folder.appending(path: "refcoco/\($0).jsonl")) }.joined(),
            to: "refcoco.jsonl")
        let score = try PublishedProtocol.refcocoGrounding.score(
            Self.folder.appending(path: "refcoco/grounding.jsonl"), data: joined)
        expect(score, 3, of: 4, figures: ["IoU": (1 + 20 / 20.016 + 0 + 0.5) / 4, "ACC@0.9": 0.5])
    }

    /// 160 of 200 pixels; 100 of 100, since what the box has besides is ignored.
    @Test func reasonSeg() throws {
        let score = try score(.reasonseg, "reasonseg/predictions.jsonl", data: "reasonseg/val")
        expect(score, 2, of: 2, figures: ["gIoU": 0.9, "cIoU": 260.0 / 300])
    }
}
