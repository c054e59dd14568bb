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
    /// Turns that gave up their cache pages for lack of room, and were computed again.
    package var preemptions = 0
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
            \.completions, \.preemptions,
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

    /// A figure under the name that `performance.jsonl` and the server's metrics use.
    package struct Figure: Sendable {
        package let name: String
        package let meaning: String
        package let value: Double
        /// Whether it is the most at any time; else it adds up.
        package let isPeak: Bool

        fileprivate init(_ name: String, _ value: Int, _ meaning: String, isPeak: Bool = false) {
            self.name = name
            self.meaning = meaning
            self.value = Double(value)
            self.isPeak = isPeak
        }

        fileprivate init(_ name: String, _ value: Duration, _ meaning: String) {
            self.name = "\(name)_seconds"
            self.meaning = "Seconds of all workers: \(meaning)."
            self.value = value / .seconds(1)
            isPeak = false
        }
    }

    package var figures: [Figure] {
        [
            Figure("iterations", iterations, "Forward passes of the model."),
            Figure("sampled_tokens", sampledTokens, "Tokens sampled."),
            Figure("prefill_tokens", prefillTokens, "Prompt and observation tokens computed."),
            Figure("cached_tokens", cachedTokens, "Prompt tokens taken from the cache instead of computed."),
            Figure("images", images, "Images encoded."),
            Figure("completions", completions, "Turns that ended."),
            Figure(
                "preemptions", preemptions, "Turns set back for lack of cache pages, to be computed again."),
            Figure("peak_pages", peakPages, "Most cache pages in use at the same time.", isPeak: true),
            Figure("image", imageTime, "images decoded, resized and cut into patches"),
            Figure("bookkeeping", bookkeepingTime, "batches composed and bookkeeping"),
            Figure("model", modelTime, "the model, from tokens and patches to logits"),
            Figure("sampling", samplingTime, "sampling"),
            Figure("waiting", waitingTime, "waiting for requests that the schedule needs"),
        ]
    }

    /// As metrics of a step.
    package var metrics: [Metric] { figures.map { Metric("engine/\($0.name)", $0.value) } }
}
