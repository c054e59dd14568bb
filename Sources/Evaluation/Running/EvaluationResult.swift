package import Foundation

/// The result of an evaluation: the content of `result.json`.
package struct EvaluationResult: Hashable, Sendable, Codable {
    package let benchmark: String
    package let title: String
    package let benchmarkVersion: Int
    /// The model's folder, or its name and address on a server.
    package let model: String
    package let settings: EvaluationSettings
    package let conditions: [String: ConditionScore]
    /// The fraction of items that are wrong without tools and right with tools, and the reverse; nil unless both conditions
    /// were evaluated.
    package let toolGain: ConditionScore.Mean?
    package let toolHarm: ConditionScore.Mean?
    package let badItems: [Evaluator.BadItem]
    /// The number of questions without an answer, summed over the conditions.
    package let unanswered: Int
    /// By condition.
    package let outcomes: [String: [Outcome]]
    /// The official scorer's scores by condition, if requested.
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
        // The probability that a sample without tools is wrong and a sample with tools is right, or the reverse.
        toolGain = pairs.isEmpty ? nil : ConditionScore.Mean(pairs.map { (1 - $0.first) * $0.second })
        toolHarm = pairs.isEmpty ? nil : ConditionScore.Mean(pairs.map { $0.first * (1 - $0.second) })
    }

    /// - Throws: ``BenchmarkError`` that names the file if it is not a result.
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
                place: file.path, problem: "is not the result of an evaluation; run deepeyes evaluate again")
        }
    }
}
