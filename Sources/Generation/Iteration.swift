import Agent
import Models
import Torch

/// The plan of one forward pass of an engine: the packed tokens, the pages they attend to, and the cache slots of their
/// keys and values. It holds no tensor; ``IterationRunner`` computes it.
struct Iteration {
    /// The tokens of one sequence.
    struct Part {
        let sequence: CachedSequence
        /// Indices of the tokens in the sequence.
        let tokens: Range<Int>
        let views: [ViewedImage]
    }

    private(set) var batch: PackedBatch
    /// One for each segment of the batch.
    private(set) var parts: [Part] = []
    private(set) var attended = PagedSequences()
    /// Cache slot of each token: page · page size + offset. [token]
    private(set) var slots: [Int64] = []
    /// Pages to copy before the forward pass.
    var copies: [PageCopy] = []
    /// Whether any sequence was chosen, including one that failed later.
    var isChosen = false
    /// Number of pages for which the cache needs memory.
    var pageCount = 0
    /// Maximum number of pages of the cache.
    let pageLimit: Int

    init(shape: ModelShape, pageLimit: Int) {
        batch = PackedBatch(for: shape)
        self.pageLimit = pageLimit
    }

    /// Appends the tokens of `part` with its `images`.
    ///
    /// - Throws: `PackedBatchError` if a token is outside the vocabulary or the placeholders do not match the images.
    mutating func append(_ part: Part, images: [ImagePatches], pageSize: Int) throws {
        let table = part.sequence.table
        try batch.append(
            Array(part.sequence.tokens[part.tokens]), images: images, from: part.sequence.cursor)
        for index in part.tokens {
            let page = Int(table.pages[index / pageSize])
            slots.append(Int64(page * pageSize + index % pageSize))
        }
        attended.append(queryCount: part.tokens.count, length: table.length, pages: table.pages)
        parts.append(part)
    }

    /// Index of the last token of each sequence whose next token is to be sampled. [row]
    var sampledRows: [Int] {
        zip(parts, batch.segments).compactMap { part, segment in
            part.sequence.awaitsToken ? segment.start + segment.count - 1 : nil
        }
    }

    /// The sequences of ``sampledRows``. [row]
    var sampled: [CachedSequence] { parts.map(\.sequence).filter(\.awaitsToken) }
}
