package import Runs

/// What an engine has done; times of engines in parallel add up.
package struct RolloutStatistics: Hashable, Sendable {
    package var iterations = 0
    /// Tokens that were sampled.
    package var sampledTokens = 0
    /// Prompt and observation tokens that were computed.
    package var prefillTokens = 0
    /// Prompt tokens whose keys and values were taken over from the prompt of the group or from an earlier one.
    package var cachedTokens = 0
    package var images = 0
    /// Turns that have ended.
    package var completions = 0
    /// Most cache pages in use at the same time, ever.
    package var peakPages = 0
    /// Decoding, resizing and cutting images into patches.
    package var imageTime = Duration.zero
    /// Composing batches and keeping the books.
    package var bookkeepingTime = Duration.zero
    /// The model, from tokens and patches to logits.
    package var modelTime = Duration.zero
    package var samplingTime = Duration.zero
    /// Standing still because the next iteration could not begin without somebody's request.
    package var waitingTime = Duration.zero

    package init() {}

    package static func + (left: RolloutStatistics, right: RolloutStatistics) -> RolloutStatistics {
        left.combined(with: right, counts: +, times: +, peak: max)
    }

    /// What was done between `right` and `left`; the peak is that of `left`.
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

    /// Under the names that `performance.jsonl` and the server's metrics use.
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
