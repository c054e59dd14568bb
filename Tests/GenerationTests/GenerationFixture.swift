import Agent
import CounterRandom
import Generation
import Imaging
import Models
import Torch

/// A tiny model with random weights, and conversations it can have.
enum GenerationFixture {
    static let turnStart: Int32 = 1
    static let turnEnd: Int32 = 2
    static let visionStart: Int32 = 3
    static let visionEnd: Int32 = 4
    static let image: Int32 = 5
    static let toolCallEnd: Int32 = 6
    static let vocabularySize = 64

    static let configuration = Qwen25VLConfiguration(
        text: TextConfiguration(
            vocabularySize: vocabularySize, width: 32, feedForwardWidth: 48, layerCount: 3, headCount: 4,
            keyValueHeadCount: 2, maximumPositionCount: 600, rotarySections: [2, 1, 1], initializerRange: 0.25
        ),
        vision: VisionConfiguration(
            layerCount: 2, width: 32, feedForwardWidth: 48, headCount: 2, outputWidth: 32,
            fullAttentionBlocks: [1], initializerRange: 0.1),
        tokens: SpecialTokens(
            image: image, video: image, visionStart: visionStart, visionEnd: visionEnd, bosToken: nil,
            eosTokens: [turnEnd]),
        tiesEmbeddings: true)

    static let processor = ImageProcessor(ProcessorConfiguration(minimumPixels: 28 * 28))

    static let rules = TokenRules(
        forbidden: [turnStart, visionStart, visionEnd, image],
        stops: [turnEnd: .endOfTurn, toolCallEnd: .toolCall], vocabularySize: vocabularySize)

    /// Like `rules`, but nothing ends a turn, so that its length is known.
    static let endlessRules = TokenRules(
        forbidden: [turnStart, visionStart, visionEnd, image, turnEnd, toolCallEnd], stops: [:],
        vocabularySize: vocabularySize)

    static func model(seed: UInt64 = 1, precision: Precision = .fp32) -> Qwen25VL {
        Qwen25VL(configuration, random: CounterRandom(seed: seed), precision: precision)
    }

    static func engine(
        limits: GenerationLimits = GenerationLimits(pageSize: 4), rules: TokenRules = endlessRules,
        precision: Precision = .fp32
    ) -> GenerationEngine {
        GenerationEngine(
            model: model(precision: precision), processor: processor, rules: rules, limits: limits)
    }
}

// MARK: - Conversations

extension GenerationFixture {
    /// Random pixels of 2 x 3, 3 x 2 or 2 x 2 tokens.
    static func view(_ random: inout CounterRandom) -> ViewedImage {
        let sides = [(56, 84), (84, 56), (56, 56)][random.integer(below: 3)]
        let size = ImageSize(width: sides.0, height: sides.1)
        let pixels = (0..<3 * size.pixelCount).map { _ in UInt8(random.integer(below: 256)) }
        let image = Image(size: size, pixels: pixels)
        return ViewedImage(
            source: image, root: .example(0), region: image.bounds, rotation: .upright, viewSize: size,
            tokenCount: processor.tokenCount(of: size))
    }

    static func words(_ count: Int, _ random: inout CounterRandom) -> [Int32] {
        (0..<count).map { _ in Int32(10 + random.integer(below: vocabularySize - 10)) }
    }

    static func tokens(around views: [ViewedImage], words count: Int, _ random: inout CounterRandom)
        -> [Int32]
    {
        var tokens = [turnStart]
        for view in views {
            tokens += words(2, &random) + [visionStart]
            tokens += Array(repeating: image, count: view.tokenCount) + [visionEnd]
        }
        return tokens + words(count, &random)
    }

    static func prompt(seed: UInt64, images: Int = 1, words: Int = 9) -> Segment {
        var random = CounterRandom(seed: seed, 1)
        let views = (0..<images).map { _ in view(&random) }
        return .prompt(tokens: tokens(around: views, words: words, &random), images: views)
    }

    static func observation(seed: UInt64, images: Int = 1) -> Segment {
        var random = CounterRandom(seed: seed, 2)
        let views = (0..<images).map { _ in view(&random) }
        return .observation(tokens: tokens(around: views, words: 3, &random), images: views)
    }

    static func request(
        _ transcript: Transcript, group: Int = 0, sample: Int = 0, sampling: Sampling = .greedy,
        maximumTokens: Int = 6
    ) -> CompletionRequest {
        CompletionRequest(
            id: TrajectoryID(group: group, sample: sample), transcript: transcript, sampling: sampling,
            random: CounterRandom(seed: 99, UInt64(group), UInt64(sample)), maximumTokens: maximumTokens)
    }
}

/// An image whose content can be told from that of others.
private struct DigestedImage: PixelSource {
    let image: Image

    var size: ImageSize { image.size }

    var digest: ContentDigest? { ContentDigest(of: image.pixels) }

    func pixels(region: Rectangle) throws -> Image { try image.cropped(to: region) }
}

extension ViewedImage {
    fileprivate func showing(_ source: any PixelSource) -> ViewedImage {
        ViewedImage(
            source: source, root: .example(0), region: region, rotation: rotation, viewSize: viewSize,
            tokenCount: tokenCount)
    }

    /// With the negative of its pixels.
    func inverted() throws -> ViewedImage {
        let image = try pixels()
        return showing(Image(size: image.size, pixels: image.pixels.map { 255 - $0 }))
    }
}

extension Segment {
    /// The same prompt with images whose content can be told from that of others.
    func digested() throws -> Segment {
        .prompt(tokens: tokens, images: try images.map { $0.showing(DigestedImage(image: try $0.pixels())) })
    }

    init(_ completion: Completion) {
        self = .completion(
            tokens: completion.tokens, logProbabilities: completion.logProbabilities,
            entropies: completion.entropies, policyVersion: completion.policyVersion)
    }
}

extension GenerationEngine {
    /// Answers requests, each trajectory for one turn, in their order; throws the first failure, when all are done.
    func generate(_ requests: [CompletionRequest]) throws -> [Completion] {
        begin(requests.map(\.id))
        for request in requests { submit(request) }
        var results: [TrajectoryID: Result<Completion, any Error>] = [:]
        while results.count < requests.count { results.merge(drain(isLast: true)) { $1 } }
        while step().progress != .idle {}
        return try requests.map { try results[$0.id]!.get() }
    }

    /// Steps until there is nothing to do and returns what the trajectories got; `isLast` ends each with its turn.
    func drain(isLast: Bool = false) -> [TrajectoryID: Result<Completion, any Error>] {
        var results: [TrajectoryID: Result<Completion, any Error>] = [:]
        while true {
            let (progress, events) = step()
            for event in events {
                let ended: TrajectoryID
                switch event {
                case .token: continue
                case .finished(let id, let completion): (ended, results[id]) = (id, .success(completion))
                case .failed(let id, let error): (ended, results[id]) = (id, .failure(error))
                }
                if isLast { end(ended) }
            }
            if progress != .ran { return results }
        }
    }
}

// MARK: - References

extension GenerationFixture {
    /// Logits after the last token, by one pass over everything. [vocabulary]
    static func logits(after transcript: Transcript, more: [Int32], _ model: any VisionLanguageModel) throws
        -> [Float]
    {
        try withoutGradient {
            var batch = PackedBatch(for: configuration.shape)
            let patches = try transcript.images.map { processor.patches(of: try $0.resizedPixels()) }
            try batch.append(transcript.tokens + more, images: patches)
            let hidden = model.hiddenStates(of: batch)
            return model.logits(hidden.narrow(0, start: hidden.size(0) - 1, count: 1)).values()
        }
    }

    /// Greedy decoding that computes the whole sequence for every token.
    static func greedy(
        _ transcript: Transcript, count: Int, rules: TokenRules, _ model: any VisionLanguageModel
    ) throws -> (tokens: [Int32], logProbabilities: [Float]) {
        var tokens: [Int32] = []
        var logProbabilities: [Float] = []
        for _ in 0..<count {
            let logits = try Tensor(
                logits(after: transcript, more: tokens, model), shape: [1, vocabularySize])
            let logarithms = (logits + rules.bias()).logSoftmax(dim: 1).values(as: Float.self)
            let best = logarithms.indices.max { logarithms[$0] < logarithms[$1] }!
            tokens.append(Int32(best))
            logProbabilities.append(logarithms[best])
        }
        return (tokens, logProbabilities)
    }
}

/// The greatest difference between two lists of the same length.
func largestDifference(_ left: [Float], _ right: [Float]) -> Float {
    left.count == right.count ? zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}
