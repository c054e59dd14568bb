/// How much a generation engine takes on at a time.
package struct GenerationLimits: Hashable, Sendable {
    /// Trajectories that hold a place, and so cache pages, at a time.
    package var sequences: Int
    /// Tokens of prompts and observations in one iteration; an image is never split, even if it has more.
    package var prefillTokens: Int
    /// Tokens in a cache page.
    package var pageSize: Int
    /// Most cache pages, for which memory is taken as they are needed; nil for as many as the sequences can ever use. See
    /// `MemoryPlan`.
    package var pages: Int?
    /// Most of these pages that keep the beginnings of earlier conversations, for requests that begin alike and were not
    /// announced with a group. With any, the last bits of a result depend on what was asked before.
    package var prefixPages: Int
    /// Tokens that a trajectory may hold, or nil for what the model allows.
    package var contextLength: Int?
    /// Room, in tokens, that is left to each trajectory under way before another one is admitted.
    package var headroom: Int
    /// Iterations from the one that ends a turn to the first of the next turn of the same trajectory; tools have
    /// that long before the others wait for them.
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

    /// Pages for `tokenCount` tokens.
    package func pageCount(forTokens tokenCount: Int) -> Int { (tokenCount + pageSize - 1) / pageSize }

    /// Most pages that an engine can use.
    ///
    /// - Parameter context: most tokens that the model allows.
    package func mostPages(context: Int) -> Int {
        let ever = sequences * pageCount(forTokens: min(context, contextLength ?? context)) + prefixPages
        return min(ever, pages ?? ever)
    }
}
