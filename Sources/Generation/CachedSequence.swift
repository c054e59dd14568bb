import Agent
import CounterRandom
import Models

/// The engine's state of one trajectory, or of the shared prompt of a group.
///
/// The keys and values of `tokens[..<table.length]` are in the cache, or will be after the iteration that is being
/// composed. The remaining tokens are computed next.
final class CachedSequence {
    let id: TrajectoryID
    var table = PageTable()
    /// Position of the first token that is not cached.
    private(set) var cursor = PositionCursor()
    /// The transcript, followed by the tokens sampled in this turn.
    var tokens: [Int32] = []
    /// The images before the first image without an identity.
    private(set) var identifiedViews: [PrefixContent.PlacedView] = []
    /// Index of the first token of that image; `Int.max` if every image has an identity.
    private(set) var identifiedEnd = Int.max
    /// Images among the tokens that are not cached yet.
    var images: ArraySlice<PlacedImage> = []
    /// Number of images among the cached tokens.
    private(set) var cachedImageCount = 0
    /// Number of tokens whose keys and values are computed; their pages are allocated earlier.
    private(set) var computedCount = 0
    /// The turn in progress; nil between turns, and always nil for a shared prompt.
    var turn: Turn?
    /// Whether the turn in progress lost its pages to other sequences.
    var isPreempted = false
    /// Whether the sequence waits for the shared prompt of its group, which holds all its tokens but the last.
    var awaitsPrompt = false

    init(id: TrajectoryID) { self.id = id }

    /// Sets the images among the tokens that are not cached.
    func setImages(_ placed: [PlacedImage]) {
        images = placed[...]
        identifiedViews.removeAll { $0.tokens.lowerBound >= table.length }
        if identifiedEnd >= table.length { identifiedEnd = .max }
        for image in placed where identifiedEnd == .max {
            if let identity = ViewIdentity(image.view) {
                identifiedViews.append(PrefixContent.PlacedView(tokens: image.tokens, identity: identity))
            } else {
                identifiedEnd = image.tokens.lowerBound
            }
        }
    }

    /// Clears the state of cached tokens, whose pages must be released already, and the images, which the next request
    /// contains again.
    func clear() {
        cursor = PositionCursor()
        computedCount = 0
        cachedImageCount = 0
        images = []
        identifiedViews = []
        identifiedEnd = .max
        awaitsPrompt = false
        isPreempted = false
    }

    /// The tokens whose keys and values are in the cache, or will be after the iteration that is being composed.
    var cachedTokens: ArraySlice<Int32> { tokens[..<table.length] }

    /// Whether the keys and values of all tokens are computed.
    var isComputed: Bool { computedCount == tokens.count }

    /// Number of tokens to compute before the next one can be sampled.
    var pendingCount: Int { tokens.count - table.length }
}

/// An image and the token range of its placeholders in a sequence.
struct PlacedImage {
    let tokens: Range<Int>
    let grid: PatchGrid
    let view: ViewedImage
}

extension CachedSequence {
    /// The prefix of at most `count` tokens, for lookup in the prefix cache; it ends before an image without an identity.
    func content(upTo count: Int) -> PrefixContent {
        PrefixContent(tokens: tokens.prefix(min(count, identifiedEnd)), views: identifiedViews)
    }
}

/// A turn in progress.
struct Turn {
    let sampling: Sampling
    let random: CounterRandom
    /// All images of the transcript.
    let images: [ViewedImage]
    /// Maximum number of tokens.
    let limit: Int
    /// The finish reason at the limit.
    let finishAtLimit: FinishReason
    let options: TurnOptions
    let alternativeCount: Int
    let policyVersion: Int
    private(set) var tokens: [Int32] = []
    private(set) var logProbabilities: [Float] = []
    private(set) var entropies: [Float] = []

    init(_ request: CompletionRequest, limit: Int, finishAtLimit: FinishReason, policyVersion: Int) {
        sampling = request.sampling
        random = request.random
        images = request.transcript.images
        options = request.options
        alternativeCount = request.alternativeCount
        self.limit = limit
        self.finishAtLimit = finishAtLimit
        self.policyVersion = policyVersion
    }

    /// Appends a token.
    ///
    /// - Returns: the finish reason if the token ends the turn, else nil.
    mutating func append(_ sampled: SampledToken, rules: TokenRules) -> FinishReason? {
        tokens.append(sampled.token)
        logProbabilities.append(sampled.logProbability)
        entropies.append(sampled.entropy)
        if let reason = rules.stops[sampled.token], !options.ignoresTurnEnds { return reason }
        if options.stopTokens.contains(sampled.token) { return .endOfTurn }
        return tokens.count >= limit ? finishAtLimit : nil
    }

    /// The change of the next token's logits; nil if there is none.
    ///
    /// - Parameters:
    ///   - transcript: all tokens before the next one.
    ///   - rules: of the engine.
    func adjustment(after transcript: [Int32], rules: TokenRules) -> LogitAdjustment? {
        let isTooShort = tokens.count < options.minimumTokens
        guard isTooShort || options.hasPenalties else { return nil }
        return LogitAdjustment(
            options: options, transcript: transcript, turn: tokens,
            excluded: isTooShort ? options.stopTokens.union(rules.stops.keys) : [])
    }

    func completion(_ finish: FinishReason) -> Completion {
        Completion(
            tokens: tokens, logProbabilities: logProbabilities, entropies: entropies, finish: finish,
            policyVersion: policyVersion)
    }
}

extension CachedSequence {
    /// Whether all tokens are cached and the next one is to be sampled.
    var awaitsToken: Bool { pendingCount == 0 && turn != nil }

    /// The number of pending tokens to compute in the next iteration.
    ///
    /// It stays within `budget` and does not split an image, but includes at least one text token or image.
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

    /// Marks the tokens before `cursor`, including the next `imageCount` images, as computed.
    func advance(to cursor: PositionCursor, imageCount: Int) {
        self.cursor = cursor
        computedCount = table.length
        isPreempted = false
        images = images.dropFirst(imageCount)
        cachedImageCount += imageCount
    }
}
