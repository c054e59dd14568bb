package import Runs

/// Statistics of an engine; times of parallel engines are summed.
package struct RolloutStatistics: Hashable, Sendable {
    package var iterations = 0
    /// Sampled tokens.
    package var sampledTokens = 0
    /// Prompt and observation tokens computed by prefill.
    package var prefillTokens = 0
    /// Prompt tokens whose keys and values were reused from the group's prompt or from the prefix cache.
    package var cachedTokens = 0
    package var images = 0
    /// Completed turns.
    package var completions = 0
    /// Peak number of cache pages in use.
    package var peakPages = 0
    /// Time for decoding and resizing images and splitting them into patches.
    package var imageTime = Duration.zero
    /// Time for composing batches and bookkeeping.
    package var bookkeepingTime = Duration.zero
    /// Time in the model, from tokens and patches to logits.
    package var modelTime = Duration.zero
    package var samplingTime = Duration.zero
    /// Idle time: the next iteration could not start before a pending request arrived.
    package var waitingTime = Duration.zero

    package init() {}

    package static func + (left: RolloutStatistics, right: RolloutStatistics) -> RolloutStatistics {
        left.combined(with: right, counts: +, times: +, peak: max)
    }

    /// The difference between two readings; the peak is that of `left`.
    package static func - (left: RolloutStatistics, right: RolloutStatistics) -> RolloutStatistics {
        left.combined(with: right, counts: -, times: -) { left, _ in left }
    }

    private func combined(
        with other: RolloutStatistics, counts: (Int, Int) -> Int, times: (Duration, Duration) -> Duration,
        peak: (Int, Int) -> Int
    ) -> RolloutStatistics {
        var result = RolloutStatistics()
        for field in [
            \RolloutStatistics.iterations, \.sampledTokens, \.prefillTokens, \.cachedTokens, \.images,
            \.completions,
        ] {
            result[keyPath: field] = counts(self[keyPath: field], other[keyPath: field])
        }
        for field in [
            \RolloutStatistics.imageTime, \.bookkeepingTime, \.modelTime, \.samplingTime, \.waitingTime,
        ] {
            result[keyPath: field] = times(self[keyPath: field], other[keyPath: field])
        }
        result.peakPages = peak(peakPages, other.peakPages)
        return result
    }

    /// The statistics under their names in `performance.jsonl` and in the server's metrics.
    package var metrics: [Metric] {
        let counts: [(String, Int)] = [
            ("iterations", iterations), ("sampled_tokens", sampledTokens), ("prefill_tokens", prefillTokens),
            ("cached_tokens", cachedTokens), ("images", images), ("completions", completions),
            ("peak_pages", peakPages),
        ]
        let times = [
            ("image", imageTime), ("bookkeeping", bookkeepingTime), ("model", modelTime),
            ("sampling", samplingTime), ("waiting", waitingTime),
        ]
        return counts.map { Metric("engine/\($0.0)", Double($0.1)) }
            + times.map { Metric("engine/\($0.0)_seconds", $0.1 / .seconds(1)) }
    }
}
