import Agent
import CounterRandom
package import Foundation
import Imaging
package import Rollout
package import Runs
package import Tasks

/// Selects the examples that a model can learn from: those it gets right sometimes, as in DeepEyes' data selection (arXiv
/// 2505.14362, section 3.3).
package struct Selector: Sendable {
    /// An example with the decision about it.
    package struct Choice: Hashable, Sendable, Codable {
        /// The row's index.
        package let index: Int
        package let fate: SelectionOutcome
        /// The number of right answers and of answers with a verdict; counted with the region shown if the example was
        /// retried that way.
        package let right: Int
        package let judged: Int

        package var passRate: Double { judged == 0 ? 0 : Double(right) / Double(judged) }
    }

    package let settings: SelectionSettings
    private let examples: ExampleRows
    private let judge: any Judge
    private let store: TrajectoryStore
    private let toleratedFailures: Double

    /// - Parameters:
    ///   - examples: the examples to select from.
    ///   - settings: sampling and what is kept.
    ///   - judge: judge of free text.
    ///   - store: where the answers are stored.
    ///   - toleratedFailures: the fraction of questions that may stay without an answer.
    package init(
        _ examples: ExampleRows, settings: SelectionSettings, judge: any Judge, store: TrajectoryStore,
        toleratedFailures: Double = 1
    ) {
        self.examples = examples
        self.settings = settings
        self.judge = judge
        self.store = store
        self.toleratedFailures = toleratedFailures
    }

    private enum Round: String {
        case plain = "select"
        case shown = "select-shown"
    }

    private func collection(_ round: Round) -> AnswerCollection {
        AnswerCollection(
            store: EvaluationStore(store), part: round.rawValue, itemCount: examples.count ?? 0,
            samples: settings.samples, concurrency: settings.concurrency,
            toleratedFailures: toleratedFailures)
    }

    /// Asks all questions that have no stored answer.
    ///
    /// - Parameters:
    ///   - runner: runs the rollouts.
    ///   - onProgress: called with the completed and the total number of answers.
    ///   - onFailure: called with the reason when a question gets no answer; it is asked again in the next run.
    ///   - shouldStop: called between batches.
    /// - Returns: false if stopped.
    /// - Throws: `ExampleFileError` if too many rows are bad, ``UnansweredError`` if too many questions get no answer; errors of
    ///   the store.
    package func run(
        by runner: any ExampleRollouts, onProgress: @Sendable (Int, Int) -> Void,
        onFailure: @Sendable (String) -> Void = { _ in }, shouldStop: @Sendable () -> Bool
    ) async throws -> Bool {
        let plain = collection(.plain)
        guard try await ask(plain, nil, runner, { onProgress($0, plain.total) }, onFailure, shouldStop)
        else { return false }
        guard settings.showsRegion else { return true }
        let never = try tallies(.plain).filter { fate($0.value) == .neverRight }.keys.sorted()
        let total = plain.total + never.count * settings.samples
        return try await ask(
            collection(.shown), never, runner, { onProgress(plain.total + $0, total) }, onFailure,
            shouldStop)
    }

    private func ask(
        _ collection: AnswerCollection, _ indices: [Int]?, _ runner: any ExampleRollouts,
        _ onProgress: (Int) -> Void, _ onFailure: (String) -> Void, _ shouldStop: () -> Bool
    ) async throws -> Bool {
        let purpose = collection.store.purpose(of: collection.part)
        return try await collection.run(
            indices,
            read: { index -> Example? in try example(at: index, shown: indices != nil) },
            pose: { example, key in
                RolloutRequest(
                    example, at: key.index, recordID: TrajectoryID(group: key.group, sample: 0),
                    sampling: Sampling(
                        temperature: settings.temperature, maximumTokens: settings.maximumTokens),
                    random: CounterRandom(seed: settings.seed, UInt64(key.index), UInt64(key.sample)))
            },
            answer: { requests in
                try await runner.run(requests) { rollout in
                    try await judged(runner.record(rollout, for: purpose), rollout.request.example)
                }
            }, onFailure: onFailure, onProgress: onProgress, shouldStop: shouldStop)
    }

    /// The example as presented to the model; nil for a skipped row.
    private func example(at index: Int, shown: Bool) throws -> Example? {
        guard let row = try examples.usable(index),
            let example = settings.opensQuestions ? OpenQuestion.opened(row) : row
        else { return nil }
        return shown ? example.withRegion : settings.offersTools ? example : example.offering([])
    }

    /// The answer with its verdict.
    private func judged(_ record: TrajectoryRecord, _ example: Example) async throws -> TrajectoryRecord {
        var record = record
        if record.isFailed { return record }
        var verdict = Verdict(prediction: record.answer)
        do {
            if let answer = record.answer {
                verdict.isCorrect = try await judge.isCorrect(answer, for: example)
            }
        } catch let error as Unjudged { verdict.unjudged = error.reason }
        record.isCorrect = verdict.isCorrect
        record.rewards = Outcome.rewards(verdict)
        return record
    }

    // MARK: Decisions

    /// The decision for each row, from the stored answers.
    package func choices() throws -> [Choice] {
        let plain = try tallies(.plain)
        let shown = try tallies(.shown)
        return try (0..<(examples.count ?? 0)).map { index in
            guard let tally = plain[index] else {
                return Choice(index: index, fate: try fateUnasked(index), right: 0, judged: 0)
            }
            let fate = fate(tally)
            guard fate == .neverRight, settings.showsRegion, let again = shown[index] else {
                return Choice(index: index, fate: fate, right: tally.right, judged: tally.judged)
            }
            return Choice(
                index: index, fate: again.right > 0 ? .keptAsShown : .wrongAsShown, right: again.right,
                judged: again.judged)
        }
    }

    /// Why an example has no answer.
    private func fateUnasked(_ index: Int) throws -> SelectionOutcome {
        guard let row = try examples.usable(index) else { return .bad }
        return settings.opensQuestions && OpenQuestion.opened(row) == nil ? .needsOptions : .unjudged
    }

    private typealias Tally = (right: Int, judged: Int)

    private func fate(_ tally: Tally) -> SelectionOutcome {
        if 2 * tally.judged <= settings.samples { return .unjudged }
        return tally.right == 0 ? .neverRight : tally.right == tally.judged ? .alwaysRight : .kept
    }

    private func tallies(_ round: Round) throws -> [Int: Tally] {
        try collection(round).records().reduce(into: [:]) { tallies, record in
            let key = AnswerKey(group: record.group, samples: settings.samples)
            var tally = tallies[key.index] ?? (0, 0)
            if Outcome(record, at: key).isCorrect != nil { tally.judged += 1 }
            if record.isCorrect { tally.right += 1 }
            tallies[key.index] = tally
        }
    }

    /// Writes the kept examples with their pass rates, in the schema of the published data.
    ///
    /// - Throws: `ExampleFileError` for a file that cannot be written; an error of reading an image.
    package func write(_ choices: [Choice], to url: URL) throws {
        let export = try ParquetExport(to: url.path, figures: ["pass_rate", "samples"])
        for choice in choices where choice.fate.isKept {
            guard let row = try examples.usable(choice.index),
                let example = settings.opensQuestions ? OpenQuestion.opened(row) : row
            else { continue }
            try export.append(
                example, figures: ["pass_rate": choice.passRate, "samples": Double(choice.judged)])
        }
        try export.finish()
    }
}

extension Example {
    /// The example with its ground-truth regions as further images and without tools; nil if it has no regions.
    fileprivate var withRegion: Example? {
        guard let image = images.first, !groundTruthBoxes.isEmpty, let last = messages.last else {
            return nil
        }
        let regions = groundTruthBoxes.map { RegionOf(image, $0) as any PixelSource }
        let shown = (0..<regions.count).map { Example.Message.Part.image(images.count + $0) }
        let message = Example.Message(
            role: last.role,
            parts: last.parts.filter { $0.isImage } + shown + last.parts.filter { !$0.isImage })
        return Example(
            id: id, messages: messages.dropLast() + [message], images: images + regions, answer: answer,
            kind: kind, groundTruthBoxes: groundTruthBoxes, rewardKind: rewardKind)
    }
}

extension Example.Message.Part {
    fileprivate var isImage: Bool { if case .image = self { true } else { false } }
}
