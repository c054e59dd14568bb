package import Agent
package import CounterRandom
package import Imaging

/// A question about images, with the data needed to judge an answer.
package struct Example: Sendable {
    /// A message of the prompt; images are given by index.
    package struct Message: Hashable, Sendable {
        package enum Part: Hashable, Sendable {
            case text(String)
            /// Index of the example's image.
            case image(Int)
        }

        package let role: Agent.Message.Role
        package let parts: [Part]

        package init(role: Agent.Message.Role, parts: [Part]) {
            self.role = role
            self.parts = parts
        }
    }

    /// Unique within its source.
    package let id: String
    /// The prompt: usually a system message and the question.
    package let messages: [Message]
    package let images: [any PixelSource]
    /// The right answer.
    package let answer: String
    /// The kind of question, such as "attribute"; results are reported by kind.
    package let kind: String
    /// Names of the tools that the model may call.
    package let tools: [String]
    /// Ground-truth boxes in pixels of the first image; empty if unknown.
    package let groundTruthBoxes: [Rectangle]
    package let rewardKind: RewardKind

    package init(
        id: String, messages: [Message], images: [any PixelSource], answer: String, kind: String,
        tools: [String] = [], groundTruthBoxes: [Rectangle] = [], rewardKind: RewardKind = .perception
    ) {
        self.id = id
        self.messages = messages
        self.images = images
        self.answer = answer
        self.kind = kind
        self.tools = tools
        self.groundTruthBoxes = groundTruthBoxes
        self.rewardKind = rewardKind
    }

    /// The same example with image files that are decoded once for all views of them, as long as `cache` holds their pixels.
    package func decoding(into cache: DecodedRegionCache) -> Example {
        let images = images.map { image -> any PixelSource in
            guard let file = image as? EncodedImage else { return image }
            return CachedImage(file, cache: cache)
        }
        return Example(
            id: id, messages: messages, images: images, answer: answer, kind: kind, tools: tools,
            groundTruthBoxes: groundTruthBoxes, rewardKind: rewardKind)
    }

    /// The same example under another id.
    func named(_ id: String) -> Example {
        Example(
            id: id, messages: messages, images: images, answer: answer, kind: kind, tools: tools,
            groundTruthBoxes: groundTruthBoxes, rewardKind: rewardKind)
    }

    /// The question: the text of the last user message.
    package var question: String {
        guard let message = messages.last(where: { $0.role == .user }) else { return "" }
        return message.parts.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    /// The prompt with a view of each whole image.
    ///
    /// - Throws: `ExampleError` if a message refers to a missing image; an error of `format` for an image that the model
    ///   does not support.
    package func messages(viewedBy format: any ChatFormat) throws -> [Agent.Message] {
        try messages.map { message in
            for case .image(let index) in message.parts where !images.indices.contains(index) {
                throw ExampleError.missingImage(id: id, index: index, count: images.count)
            }
            return try message.viewed(images, by: format)
        }
    }
}

/// Which weights an example is rewarded with.
package enum RewardKind: String, Hashable, Sendable, Codable, CaseIterable {
    case perception, mathematics
}

extension Example.Message {
    /// A user message with all images, followed by the question.
    package static func question(_ text: String, imageCount: Int) -> Example.Message {
        Example.Message(role: .user, parts: (0..<imageCount).map { .image($0) } + [.text(text)])
    }

    /// The message with a view of each whole image.
    ///
    /// - Parameters:
    ///   - images: the images that its parts refer to.
    ///   - format: the model's chat format.
    /// - Throws: an error of `format` for an image that the model does not support.
    package func viewed(
        _ images: [any PixelSource], by format: any ChatFormat
    ) throws -> Agent.Message {
        Agent.Message(
            role: role,
            content: try parts.map { part in
                switch part {
                case .text(let text): .text(text)
                case .image(let index): .image(try format.view(images[index], as: .example(index)))
                }
            })
    }

    /// The default system message.
    package static let instruction = Example.Message(
        role: .system, parts: [.text(ChatText.instruction)])
}

/// An example is inconsistent.
package enum ExampleError: Error, Hashable, Sendable, CustomStringConvertible {
    case missingImage(id: String, index: Int, count: Int)

    package var description: String {
        switch self {
        case .missingImage(let id, let index, let count):
            "example \(id): a message refers to image \(index + 1), but there are \(count)"
        }
    }
}

/// A source of examples: a function of the index, so that a run can be resumed anywhere.
package protocol ExampleSource: Sendable {
    /// Number of different examples; nil if there are infinitely many.
    var count: Int? { get }

    /// The example at `index`, always the same; indices from `count` on start over.
    func example(at index: Int) async throws -> Example

    /// The order of the examples in one epoch, determined by `random`; only for a finite source.
    func order(by random: CounterRandom) -> [Int32]
}

extension ExampleSource {
    /// A uniformly random order.
    package func order(by random: CounterRandom) -> [Int32] { .shuffled(count ?? 0, by: random) }
}
