/// Limits of a generation engine.
package struct GenerationLimits: Hashable, Sendable {
    /// Maximum number of trajectories that are admitted, and so hold cache pages, at the same time.
    package var sequences: Int
    /// Maximum number of prompt and observation tokens in one iteration; an image with more tokens is not split.
    package var prefillTokens: Int
    /// Tokens in a cache page.
    package var pageSize: Int
    /// Maximum number of cache pages, or nil for the most that the sequences can use. Memory is allocated as pages are
    /// needed; see `MemoryPlan`.
    package var pages: Int?
    /// Maximum number of pages of the prefix cache, which serves requests that were not announced with a group.
    ///
    /// If it is above 0, the last bits of a result depend on earlier requests.
    package var prefixPages: Int
    /// Maximum length of a trajectory in tokens, or nil for the model's limit.
    package var contextLength: Int?
    /// Free tokens reserved for each admitted trajectory before another one is admitted.
    package var headroom: Int
    /// Number of iterations from the last one of a turn to the first one of the trajectory's next turn; a tool call that
    /// takes longer makes the other trajectories wait.
    package var rejoinDelay: Int

    package init(
        sequences: Int = 128, prefillTokens: Int = 4096, pageSize: Int = 16, pages: Int? = nil,
        prefixPages: Int = 0, contextLength: Int? = nil, headroom: Int = 256, rejoinDelay: Int = 2
    ) {
        self.sequences = sequences
        self.prefillTokens = prefillTokens
        self.pageSize = pageSize
        self.pages = pages
        self.prefixPages = prefixPages
        self.contextLength = contextLength
        self.headroom = headroom
        self.rejoinDelay = rejoinDelay
    }

    /// Number of pages for `tokenCount` tokens.
    package func pageCount(forTokens tokenCount: Int) -> Int { (tokenCount + pageSize - 1) / pageSize }

    /// Maximum number of pages that an engine can use.
    ///
    /// - Parameter context: the model's context length in tokens.
    package func maximumPageCount(context: Int) -> Int {
        let usable = sequences * pageCount(forTokens: min(context, contextLength ?? context)) + prefixPages
        return min(usable, pages ?? usable)
    }
}
