package import Agent
package import Models
package import Rollout
package import Torch

/// Writes completions for many trajectories at once: continuous batching over a paged key-value cache.
///
/// Every iteration is one packed forward pass over the newest token of each sequence that is writing and over
/// stretches of prompts and observations that have just arrived. The prompt of a group is computed once; a later turn
/// computes only what is new. Who takes part in an iteration is decided by `Schedule`, so that results do not depend
/// on when requests arrive.
///
/// One owner calls it, as it calls the model: `step` computes and returns, and nothing happens in between.
package final class GenerationEngine {
    /// What happened to a trajectory.
    package enum Event {
        case token(TrajectoryID, GeneratedToken)
        case finished(TrajectoryID, Completion)
        /// The request cannot be answered; nothing is kept of the trajectory.
        case failed(TrajectoryID, any Error)
    }

    package enum Progress: Hashable, Sendable {
        /// There may be more to do at once.
        case ran
        /// Nothing to do until these have asked or ended.
        case waiting(for: [TrajectoryID])
        /// Nothing to do until somebody asks.
        case idle
    }

    package let model: any VisionLanguageModel
    package let processor: ImageProcessor
    package let rules: TokenRules
    package let limits: GenerationLimits
    /// Version of the weights, as it is written into completions.
    package private(set) var policyVersion: Int

    let runner: IterationRunner
    var pool: PagePool
    private var prefixes: PrefixTree
    var schedule: Schedule
    /// Requests that have not begun.
    private var requests: [TrajectoryID: CompletionRequest] = [:]
    /// Trajectories that hold a place.
    private(set) var sequences: [TrajectoryID: CachedSequence] = [:]
    /// Prompts that a group shares, as long as members of the group are to come. [group]
    private(set) var prompts: [Int: CachedSequence] = [:]
    /// What takes part in iterations, in the order in which it joined.
    var running: [CachedSequence] = []
    var events: [Event] = []
    var statistics = RolloutStatistics()

    package init(
        model: any VisionLanguageModel, processor: ImageProcessor, rules: TokenRules,
        limits: GenerationLimits = .init(),
        policyVersion: Int = 0
    ) {
        let vocabularySize = model.shape.vocabularySize
        precondition(
            rules.vocabularySize == vocabularySize,
            "token rules for \(rules.vocabularySize) of \(vocabularySize) tokens")
        self.model = model
        self.processor = processor
        self.rules = rules
        self.limits = limits
        self.policyVersion = policyVersion
        runner = IterationRunner(model: model, rules: rules, pageSize: limits.pageSize)
        let pageLimit = limits.mostPages(context: model.shape.maximumPositionCount)
        pool = PagePool(pageSize: limits.pageSize, limit: pageLimit)
        prefixes = PrefixTree(limit: min(limits.prefixPages, pageLimit))
        schedule = Schedule(placeCount: limits.sequences, rejoinDelay: limits.rejoinDelay)
    }

    /// Most tokens a trajectory can have.
    package var contextLength: Int {
        let allowed = min(model.shape.maximumPositionCount, pool.limit * pool.pageSize)
        return min(allowed, limits.contextLength ?? allowed)
    }

    /// Cache pages that somebody uses.
    package var usedPageCount: Int { pool.usedCount }

    /// What has been done since this was last called.
    package func takeStatistics() -> RolloutStatistics {
        defer { statistics = RolloutStatistics() }
        statistics.peakPages = pool.peakCount
        return statistics
    }
}

// MARK: - Messages

extension GenerationEngine {
    /// Announces trajectories that will ask; see `Schedule` for what that promises.
    package func begin(_ ids: [TrajectoryID]) {
        for id in schedule.begin(ids) { free(id) }
    }

    /// Asks for the next turn of a trajectory that has no request under way.
    package func submit(_ request: CompletionRequest) {
        requests[request.id] = request
        schedule.ask(request.id)
    }

    /// Says that a trajectory will not ask again.
    package func end(_ id: TrajectoryID) {
        if schedule.end(id) { free(id) }
    }

    /// Ends a trajectory at once; what it has written of its turn is delivered as a cancelled completion.
    package func cancel(_ id: TrajectoryID) {
        if let turn = sequences[id]?.turn {
            events.append(.finished(id, turn.completion(.cancelled)))
        } else if requests[id] != nil {
            let nothing = Completion(
                tokens: [], logProbabilities: [], finish: .cancelled, policyVersion: policyVersion)
            events.append(.finished(id, nothing))
        }
        schedule.remove(id)
        free(id)
    }

    /// Replaces weights, or says that they were changed in place; no turn may be under way.
    ///
    /// What is cached was computed with the former weights and is dropped: trajectories between two turns are
    /// computed anew from their beginning.
    ///
    /// - Parameters:
    ///   - weights: by parameter name; each is copied over the model's own.
    ///   - version: of the new weights, or nil for the next number.
    /// - Throws: `PublicationError`, with nothing changed, for weights that are not the model's.
    package func publish(_ weights: [NamedTensor] = [], version: Int? = nil) throws {
        precondition(running.isEmpty, "weights are published while turns are under way")
        let parameters = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.tensor) })
        for (name, tensor) in weights {
            guard let parameter = parameters[name], parameter.shape == tensor.shape else {
                throw PublicationError(name: name, shape: tensor.shape, expected: parameters[name]?.shape)
            }
        }
        withoutGradient {
            for (name, tensor) in weights { parameters[name]?.copy_(tensor) }
        }
        for sequence in sequences.values { reset(sequence) }
        for prompt in prompts.values { drop(prompt) }
        prefixes.removeAll(in: &pool)
        policyVersion = version ?? policyVersion + 1
    }

    private func free(_ id: TrajectoryID) {
        requests[id] = nil
        if let sequence = sequences.removeValue(forKey: id) {
            sequence.turn = nil
            reset(sequence)
            running.removeAll { $0 === sequence }
        }
        settlePrompts()
    }

    /// Gives up what is cached of a turn under way; it goes on once it finds pages to be computed again.
    func preempt(_ sequence: CachedSequence) {
        guard let images = sequence.turn?.images else { return }
        reset(sequence)
        do {
            sequence.expect(try placed(images[...], in: sequence))
            sequence.isPreempted = true
            statistics.preemptions += 1
        } catch {
            fail(sequence, error)
        }
    }

    /// Forgets what is cached of a sequence, so that its next turn computes everything.
    func reset(_ sequence: CachedSequence) {
        pool.release(&sequence.table)
        sequence.forget()
    }
}

/// A request that cannot be answered.
package enum GenerationError: Error, Hashable, CustomStringConvertible {
    case emptyTranscript(TrajectoryID)
    /// The logits hold infinities or what is no number.
    case notFinite(TrajectoryID, policyVersion: Int)

    package var description: String {
        switch self {
        case .emptyTranscript(let id): "\(id) asks for a completion of nothing: its transcript has no tokens"
        case .notFinite(let id, let version):
            "the model's output for \(id) is not finite: weights of version \(version) cannot be used"
        }
    }
}

/// Weights that do not belong to the model.
package struct PublicationError: Error, Hashable, CustomStringConvertible {
    package let name: String
    package let shape: [Int]
    /// nil if the model has no such parameter.
    package let expected: [Int]?

    package var description: String {
        guard let expected else { return "the model has no parameter \(name) to publish \(shape) to" }
        return "the parameter \(name) has shape \(expected); \(shape) cannot be published to it"
    }
}

// MARK: - Turns

extension GenerationEngine {
    /// Carries out what the schedule decides until it calls for an iteration.
    ///
    /// - Returns: nil if an iteration is to be run now.
    func join() -> Progress? {
        var isFull = false
        while true {
            switch schedule.next(isFull: isFull) {
            case .release(let ids): for id in ids { free(id) }
            case .resume(let ids): for id in ids { beginTurn(of: id) }
            case .admit(let id) where hasRoom(for: id):
                schedule.admit(id)
                sequences[id] = CachedSequence(id: id)
                beginTurn(of: id)
            case .admit: isFull = true
            case .iterate: return nil
            case .wait(let ids): return .waiting(for: ids)
            case .idle: return .idle
            }
        }
    }

    /// Whether a trajectory finds enough pages for its prompt and some for its turn, those promised to others left
    /// aside; the first one always does.
    private func hasRoom(for id: TrajectoryID) -> Bool {
        guard !sequences.isEmpty, let request = requests[id] else { return true }
        let shares = prompts[id.group] != nil
        let prompt = shares ? 1 : pool.pageCount(forTokens: request.transcript.tokenCount)
        let promised = running.reduce(0) { sum, sequence in
            sum
                + (sequence.awaitsPrompt
                    ? 1 : pool.pagesNeeded(toGrow: sequence.table, by: sequence.pendingCount))
        }
        let headroom = pool.pageCount(forTokens: limits.headroom) * (sequences.count + 1)
        let needed = prompt + promised + headroom
        return needed <= pool.availableCount || dropPrefixes() && needed <= pool.availableCount
    }

    private func beginTurn(of id: TrajectoryID) {
        guard let request = requests.removeValue(forKey: id), let sequence = sequences[id] else {
            preconditionFailure("\(id) begins a turn without a place or a request")
        }
        let tokens = request.transcript.tokens
        if tokens.count <= sequence.table.length || !tokens.starts(with: sequence.cachedTokens) {
            reset(sequence)
        }
        sequence.tokens = tokens
        let asked = min(request.maximumTokens, request.sampling.maximumTokens)
        let room = contextLength - tokens.count
        let turn = Turn(
            request, limit: min(asked, room), finishAtLimit: asked <= room ? .length : .contextLimit,
            policyVersion: policyVersion)
        sequence.turn = turn
        running.append(sequence)
        if tokens.isEmpty { return fail(sequence, GenerationError.emptyTranscript(id)) }
        if turn.limit <= 0 { return finish(sequence, turn.finishAtLimit) }
        do {
            let images = request.transcript.images
            sequence.expect(try placed(images.dropFirst(sequence.cachedImageCount), in: sequence))
            if request.transcript.completionTokenCount == 0 { joinPrompt(sequence) }
        } catch {
            fail(sequence, error)
        }
    }

    /// Has a trajectory begin with the pages of earlier ones that began alike; its last token, whose logits it needs, it
    /// computes.
    ///
    /// - Returns: nil if it has begun; else what its first page would be recognised by.
    func takeOverPrefix(_ sequence: CachedSequence) -> PrefixTree.Key? {
        guard sequence.table.length == 0, keepsPrefix(sequence) else { return nil }
        let content = sequence.content(upTo: sequence.tokens.count - 1)
        sequence.table = prefixes.match(content, in: &pool)
        let length = sequence.table.length
        if length == 0 { return prefixes.firstKey(of: content, pageSize: pool.pageSize) }
        let images = sequence.images.prefix { $0.tokens.lowerBound < length }
        let cursor = PositionCursor(afterTokens: length, images: images.map(\.grid))
        sequence.advance(to: cursor, imageCount: images.count)
        statistics.cachedTokens += length
        return nil
    }

    /// Keeps what a trajectory begins with, as far as it is computed.
    func keepPrefix(_ sequence: CachedSequence) {
        guard keepsPrefix(sequence) else { return }
        prefixes.insert(
            sequence.content(upTo: sequence.computedCount), from: sequence.table, in: &pool)
    }

    private func keepsPrefix(_ sequence: CachedSequence) -> Bool {
        prefixes.limit > 0 && !schedule.isOneOfAGroup(sequence.id)
    }

    /// Gives up the beginnings of earlier prompts, to have their pages.
    ///
    /// - Returns: whether there were any.
    func dropPrefixes() -> Bool {
        defer { prefixes.removeAll(in: &pool) }
        return prefixes.count > 0
    }

    /// Lets a trajectory of an announced group wait for the group's prompt, which the first one brings in.
    ///
    /// All tokens but the last are shared; the last one, whose logits each needs, everybody computes.
    private func joinPrompt(_ sequence: CachedSequence) {
        let group = sequence.id.group
        let shared = sequence.tokens.dropLast()
        guard sequence.table.length == 0, schedule.isOneOfAGroup(sequence.id), !shared.isEmpty,
            sequence.images.last.map({ $0.tokens.upperBound <= shared.count }) ?? true
        else { return }
        if prompts[group] == nil {
            let prompt = CachedSequence(id: sequence.id)
            prompt.tokens = Array(shared)
            prompt.images = sequence.images
            prompts[group] = prompt
            running.append(prompt)
        }
        sequence.awaitsPrompt = prompts[group].map { $0.tokens.elementsEqual(shared) } ?? false
    }

    /// Finds the placeholders of images among the tokens that are not cached.
    private func placed(
        _ images: ArraySlice<ViewedImage>, in sequence: CachedSequence
    ) throws -> [PlacedImage] {
        var start = sequence.table.length
        return try images.indices.map { index in
            let grid = processor.grid(of: images[index].viewSize)
                .merged(by: model.shape.mergeSize)
            let first = sequence.tokens[start...].firstIndex(of: model.shape.imageToken)
            guard let first, first + grid.count <= sequence.tokens.count else {
                throw PackedBatchError.placeholders(
                    image: index, expected: grid.count, found: first.map { sequence.tokens.count - $0 } ?? 0)
            }
            start = first + grid.count
            return PlacedImage(tokens: first..<start, grid: grid, view: images[index])
        }
    }

    /// Ends the turn of a trajectory; what is cached of it stays for the next one.
    func finish(_ sequence: CachedSequence, _ reason: FinishReason) {
        guard let turn = sequence.turn else { return }
        events.append(.finished(sequence.id, turn.completion(reason)))
        statistics.completions += 1
        keepPrefix(sequence)
        leave(sequence)
    }

    /// Answers a request with an error and forgets what was cached of its trajectory.
    func fail(_ sequence: CachedSequence, _ error: any Error) {
        events.append(.failed(sequence.id, error))
        leave(sequence)
        reset(sequence)
    }

    private func leave(_ sequence: CachedSequence) {
        sequence.turn = nil
        sequence.awaitsPrompt = false
        schedule.finishTurn(sequence.id)
        running.removeAll { $0 === sequence }
    }

    /// Forgets prompts that nobody waits for any more, and takes those that are complete out of the iterations.
    func settlePrompts() {
        for (group, prompt) in prompts {
            let isAwaited = running.contains { $0.awaitsPrompt && $0.id.group == group }
            if prompt.isComputed { running.removeAll { $0 === prompt } }
            if !isAwaited && schedule.unplacedCount(inGroup: group) == 0 { drop(prompt) }
        }
    }

    /// Fails everybody who waits for a prompt that cannot be computed.
    func fail(prompt: CachedSequence, _ error: any Error) {
        let group = prompt.id.group
        for sequence in running where sequence.awaitsPrompt && sequence.id.group == group {
            fail(sequence, error)
        }
        drop(prompt)
    }

    func drop(_ prompt: CachedSequence) {
        running.removeAll { $0 === prompt }
        reset(prompt)
        prompts[prompt.id.group] = nil
    }
}
