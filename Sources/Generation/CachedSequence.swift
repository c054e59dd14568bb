import Agent
import CounterRandom
import Models

/// What an engine keeps of a trajectory, or of the prompt that a group shares.
///
/// The keys and values of `tokens[..<table.length]` are in the cache, or will be after the iteration that is being
/// composed; the other tokens are to be computed next.
final class CachedSequence {
    let id: TrajectoryID
    var table = PageTable()
    /// Where the first token that is not cached stands.
    private(set) var cursor = PositionCursor()
    /// The transcript and what has been written since.
    var tokens: [Int32] = []
    /// The images of the sequence up to the first that could not be recognised again, and where that one begins.
    private(set) var recognised: [PrefixContent.PlacedView] = []
    private(set) var recognisedEnd = Int.max
    /// Images among the tokens that are not cached yet.
    var images: ArraySlice<PlacedImage> = []
    /// Number of images among the cached tokens.
    private(set) var cachedImageCount = 0
    /// Number of tokens whose keys and values are in their pages; pages are taken before that.
    private(set) var computedCount = 0
    /// The turn under way; nil between turns, and always for a shared prompt.
    var turn: Turn?
    /// Whether what was cached of the turn under way was given up for lack of pages.
    var isPreempted = false
    /// Whether the tokens before the last one are computed elsewhere, as the prompt of the group.
    var awaitsPrompt = false

    init(id: TrajectoryID) { self.id = id }

    /// Sets the images among the tokens that are not cached.
    func expect(_ placed: [PlacedImage]) {
        images = placed[...]
        recognised.removeAll { $0.tokens.lowerBound >= table.length }
        if recognisedEnd >= table.length { recognisedEnd = .max }
        for image in placed where recognisedEnd == .max {
            if let identity = ViewIdentity(image.view) {
                recognised.append(PrefixContent.PlacedView(tokens: image.tokens, identity: identity))
            } else {
                recognisedEnd = image.tokens.lowerBound
            }
        }
    }

    /// Forgets what is cached, once the pages are given back, and the images, which come again with the next request.
    func forget() {
        cursor = PositionCursor()
        computedCount = 0
        cachedImageCount = 0
        images = []
        recognised = []
        recognisedEnd = .max
        awaitsPrompt = false
        isPreempted = false
    }

    /// The tokens whose keys and values are in the cache.
    var cachedTokens: ArraySlice<Int32> { tokens[..<table.length] }

    /// Whether the keys and values of all tokens are in their pages.
    var isComputed: Bool { computedCount == tokens.count }

    /// Number of tokens to compute before the next one can be sampled.
    var pendingCount: Int { tokens.count - table.length }
}

/// An image and where its placeholders are in the tokens of a sequence.
struct PlacedImage {
    let tokens: Range<Int>
    let grid: PatchGrid
    let view: ViewedImage
}

extension CachedSequence {
    /// The first tokens, at most `count`, as they are recognised in another sequence.
    func content(upTo count: Int) -> PrefixContent {
        PrefixContent(tokens: tokens.prefix(min(count, recognisedEnd)), views: recognised)
    }
}

/// A turn that the model is writing.
struct Turn {
    let sampling: Sampling
    let random: CounterRandom
    /// All images of the transcript.
    let images: [ViewedImage]
    /// Most tokens it may have, and why it ends when it has them.
    let limit: Int
    let finishAtLimit: FinishReason
    let ignoresTurnEnds: Bool
    let alternativeCount: Int
    let policyVersion: Int
    private(set) var tokens: [Int32] = []
    private(set) var logProbabilities: [Float] = []
    private(set) var entropies: [Float] = []

    init(_ request: CompletionRequest, limit: Int, finishAtLimit: FinishReason, policyVersion: Int) {
        sampling = request.sampling
        random = request.random
        images = request.transcript.images
        ignoresTurnEnds = request.ignoresTurnEnds
        alternativeCount = request.alternativeCount
        self.limit = limit
        self.finishAtLimit = finishAtLimit
        self.policyVersion = policyVersion
    }

    /// Adds a token and tells whether it ended the turn.
    mutating func append(_ sampled: SampledToken, rules: TokenRules) -> FinishReason? {
        tokens.append(sampled.token)
        logProbabilities.append(sampled.logProbability)
        entropies.append(sampled.entropy)
        if let reason = rules.stops[sampled.token], !(reason == .endOfTurn && ignoresTurnEnds) {
            return reason
        }
        return tokens.count >= limit ? finishAtLimit : nil
    }

    func completion(_ finish: FinishReason) -> Completion {
        Completion(
            tokens: tokens, logProbabilities: logProbabilities, entropies: entropies, finish: finish,
            policyVersion: policyVersion)
    }
}

extension CachedSequence {
    /// Whether everything is cached and the next token is to be sampled.
    var awaitsToken: Bool { pendingCount == 0 && turn != nil }

    /// How many of the pending tokens to compute now: as many as `budget` allows without splitting an image, but at
    /// least one text token or image.
    func chunk(budget: Int) -> Int {
        let (start, end) = (table.length, table.length + min(budget, pendingCount))
        for image in images {
            if image.tokens.lowerBound >= end { break }
            if image.tokens.upperBound > end {
                let before = image.tokens.lowerBound - start
                return before > 0 ? before : image.tokens.count
            }
        }
        return end - start
    }

    /// Notes that the tokens before `cursor`, with the next `imageCount` images, have been computed.
    func advance(to cursor: PositionCursor, imageCount: Int) {
        self.cursor = cursor
        computedCount = table.length
        isPreempted = false
        images = images.dropFirst(imageCount)
        cachedImageCount += imageCount
    }
}
