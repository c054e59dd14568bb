import Agent
import CounterRandom
import Models
import Rollout
import Torch

extension GenerationEngine {
    /// Applies the decisions of the schedule, runs one iteration if there is something to compute, and returns the events.
    package func step() -> (progress: Progress, events: [Event]) {
        let progress = withoutGradient { join() ?? iterate() }
        defer { events = [] }
        return (progress, events)
    }

    private func iterate() -> Progress {
        let clock = ContinuousClock()
        let start = clock.now
        let iteration = compose()
        if iteration.parts.isEmpty {
            // Those that failed while they were packed are gone; the others had no turn in this iteration.
            if !iteration.isChosen { relieve() }
            return .ran
        }
        let composed = clock.now
        let logits = runner.logits(of: iteration)
        let computed = clock.now
        for (part, cursor) in zip(iteration.parts, iteration.batch.cursors) {
            part.sequence.advance(to: cursor, imageCount: part.views.count)
            if part.tokens.count > 1 { cachePrefix(part.sequence) }
        }
        if let logits { sample(iteration.sampled, logits) }
        let sampled = clock.now
        settlePrompts()
        statistics.iterations += 1
        statistics.modelTime += computed - composed
        statistics.samplingTime += sampled - computed
        statistics.bookkeepingTime += (composed - start) + (clock.now - sampled)
        return .ran
    }
}

// MARK: - Composition

extension GenerationEngine {
    /// Packs the newest token of each sequence that is generating, and as many prompt and observation tokens as the
    /// limits allow.
    private func compose() -> Iteration {
        var iteration = Iteration(shape: model.shape, pageLimit: pool.limit)
        let parts = chooseParts(&iteration)
        iteration.pageCount = pool.capacity
        iteration.isChosen = !parts.isEmpty
        var patches = preparedImages(parts)[...]
        for part in parts {
            let images = patches.prefix(part.views.count)
            patches = patches.dropFirst(images.count)
            do {
                try iteration.append(part, images: images.map { try $0.get() }, pageSize: pool.pageSize)
            } catch {
                if part.sequence.turn == nil {
                    fail(prompt: part.sequence, error)
                } else {
                    fail(part.sequence, error)
                }
            }
        }
        return iteration
    }

    /// Chooses the sequences of an iteration and their numbers of tokens, and allocates the pages.
    private func chooseParts(_ iteration: inout Iteration) -> [Iteration.Part] {
        var parts: [Iteration.Part] = []
        var budget = limits.prefillTokens
        var begun: Set<PrefixTree.Key> = []
        for sequence in running {
            if sequence.awaitsPrompt && !sharePrompt(with: sequence) { continue }
            if sequence.isPreempted && !canResume(sequence) { continue }
            // A sequence with the same prefix as another one in this iteration waits: in the next one the prefix is
            // cached.
            if let first = reusePrefix(sequence), !begun.insert(first).inserted { continue }
            let isPrefill = sequence.pendingCount > 1
            if isPrefill && budget <= 0 { continue }
            let start = sequence.table.length
            let end = start + (isPrefill ? sequence.chunk(budget: budget) : 1)
            var copy: PageCopy?
            let isRoom =
                pool.grow(&sequence.table, by: end - start, copy: &copy)
                || clearPrefixCache() && pool.grow(&sequence.table, by: end - start, copy: &copy)
            if !isRoom { continue }
            if let copy { iteration.copies.append(copy) }
            let images = sequence.images.prefix { $0.tokens.lowerBound < end }
            parts.append(Iteration.Part(sequence: sequence, tokens: start..<end, views: images.map(\.view)))
            statistics.images += images.count
            if isPrefill {
                budget -= end - start
                statistics.prefillTokens += end - start
            }
        }
        return parts
    }

    /// Makes `sequence` refer to the pages of its group's prompt.
    ///
    /// - Returns: false if the prompt is not computed yet.
    private func sharePrompt(with sequence: CachedSequence) -> Bool {
        guard let prompt = prompts[sequence.id.group], prompt.isComputed else { return false }
        sequence.table = pool.share(prompt.table)
        sequence.advance(to: prompt.cursor, imageCount: prompt.cachedImageCount)
        sequence.awaitsPrompt = false
        statistics.cachedTokens += prompt.table.length
        return true
    }

    /// The patches of the images of all parts, in order; images are decoded in parallel.
    private func preparedImages(_ parts: [Iteration.Part]) -> [Result<ImagePatches, any Error>] {
        let views = parts.flatMap(\.views)
        if views.isEmpty { return [] }
        let start = ContinuousClock.now
        defer { statistics.imageTime += ContinuousClock.now - start }
        return processor.patches(of: views)
    }

    /// Frees pages when no sequence can be given another one.
    ///
    /// Trajectories between two turns lose their pages first, and prompts of groups that no running member waits for. If there
    /// are none, the turn that started last is preempted and computed again later. If it is the only turn with pages, it ends.
    private func relieve() {
        let idle = sequences.values.filter { $0.turn == nil && $0.table.length > 0 }
        for sequence in idle { reset(sequence) }
        let spare = prompts.values.filter { prompt in
            prompt.table.length > 0
                && !running.contains { $0.awaitsPrompt && $0.id.group == prompt.id.group }
        }
        for prompt in spare { drop(prompt) }
        guard idle.isEmpty, spare.isEmpty else { return }
        let writing = running.filter { $0.turn != nil }
        let holding = writing.filter { $0.table.length > 0 }
        guard let last = holding.last ?? writing.last else { return }
        if holding.count > 1 { return preempt(last) }
        finish(last, .contextLimit)
        reset(last)
        settlePrompts()
    }

    /// Whether there are pages for all tokens of a preempted turn, and headroom for every other turn.
    private func canResume(_ sequence: CachedSequence) -> Bool {
        let holding = running.count { $0.turn != nil && $0.table.length > 0 }
        if holding == 0 { return true }
        let headroom = pool.pageCount(forTokens: limits.headroom) * (holding + 1)
        let needed = pool.pageCount(forTokens: sequence.tokens.count) + headroom
        return needed <= pool.availableCount || clearPrefixCache() && needed <= pool.availableCount
    }
}

// MARK: - Sampling

extension GenerationEngine {
    /// Samples the next token of each sequence and finishes the turns that it ends.
    private func sample(_ sequences: [CachedSequence], _ logits: Tensor) {
        for (sequence, token) in zip(sequences, runner.sample(logits, draws(for: sequences))) {
            guard token.logProbability.isFinite else {
                fail(sequence, GenerationError.notFinite(sequence.id, policyVersion: policyVersion))
                continue
            }
            sequence.tokens.append(token.token)
            let written = GeneratedToken(
                token.token, logProbability: token.logProbability, alternatives: token.alternatives)
            events.append(.token(sequence.id, written))
            if let reason = sequence.turn?.append(token, rules: rules) { finish(sequence, reason) }
        }
        statistics.sampledTokens += sequences.count
    }

    private func draws(for sequences: [CachedSequence]) -> [Draw] {
        sequences.compactMap { sequence in
            sequence.turn.map {
                Draw(
                    sampling: $0.sampling, random: $0.random.child(UInt64(sequence.tokens.count)),
                    minP: $0.options.minP, adjustment: $0.adjustment(after: sequence.tokens, rules: rules),
                    alternativeCount: $0.alternativeCount)
            }
        }
    }
}
