package import Foundation

/// What an evaluation came to: `result.json`.
package struct EvaluationResult: Hashable, Sendable, Codable {
    package let benchmark: String
    package let title: String
    package let benchmarkVersion: Int
    /// The folder or address of what was asked.
    package let model: String
    package let settings: EvaluationSettings
    package let conditions: [String: ConditionScore]
    /// Share of items that are wrong without tools and right with them, and the reverse; only where both were asked.
    package let toolGain: ConditionScore.Mean?
    package let toolHarm: ConditionScore.Mean?
    package let badItems: [Evaluator.BadItem]
    /// Questions that were asked and got no answer, in all conditions.
    package let unanswered: Int
    /// By condition.
    package let outcomes: [String: [Outcome]]
    /// What the official scorer makes of the answers, by condition, if it was asked.
    package let published: [String: Score]?

    package init(
        of benchmark: Benchmark, model: String, settings: EvaluationSettings, badItems: [Evaluator.BadItem],
        unanswered: Int = 0,
        outcomes: [EvaluationSettings.Condition: [Outcome]],
        published: [EvaluationSettings.Condition: Score]? = nil
    ) {
        self.benchmark = benchmark.name
        title = benchmark.title
        benchmarkVersion = benchmark.version
        self.model = model
        self.settings = settings
        self.badItems = badItems
        self.unanswered = unanswered
        self.published = published.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.rawValue, $1) }) }
        self.outcomes = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.rawValue, $1) })
        conditions = self.outcomes.mapValues { ConditionScore($0, averagedOver: benchmark.averagedOver) }
        let pairs = Comparison.pairs(outcomes[.noTools] ?? [], outcomes[.tools] ?? [])
        // Of two samples of an item, one in each condition: the chance that one is right and the other wrong.
        toolGain = pairs.isEmpty ? nil : ConditionScore.Mean(pairs.map { (1 - $0.first) * $0.second })
        toolHarm = pairs.isEmpty ? nil : ConditionScore.Mean(pairs.map { $0.first * (1 - $0.second) })
    }

    /// - Throws: ``BenchmarkError`` that names the file if it holds no result.
    package init(reading url: URL) throws {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        let file = exists && isFolder.boolValue ? url.appending(path: "result.json") : url
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw BenchmarkError(
                place: file.path, problem: "cannot be read; name the folder of an evaluation")
        }
        do { self = try JSONDecoder().decode(EvaluationResult.self, from: data) } catch {
            throw BenchmarkError(
                place: file.path, problem: "is no result of an evaluation: run deepeyes evaluate again")
        }
    }
}
