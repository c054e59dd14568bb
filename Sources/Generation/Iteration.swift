import Agent
import Models
import Torch

/// The plan of one forward pass of an engine: the packed tokens, the pages they attend to, and where their keys and values
/// go. It holds no tensor; ``IterationRunner`` computes it.
struct Iteration {
    /// What one sequence contributes.
    struct Part {
        let sequence: CachedSequence
        /// Indices of its tokens.
        let tokens: Range<Int>
        let views: [ViewedImage]
    }

    private(set) var batch: PackedBatch
    /// One for each segment of the batch.
    private(set) var parts: [Part] = []
    private(set) var attended = PagedSequences()
    /// Slot of each token in the cache, counted in tokens. [token]
    private(set) var slots: [Int64] = []
    /// Pages to copy before anything is computed.
    var copies: [PageCopy] = []
    /// Whether any sequence was chosen, be it one that then failed.
    var isChosen = false
    /// Pages that the cache must have memory for, and most it will ever need.
    var pageCount = 0
    let pageLimit: Int

    init(shape: ModelShape, pageLimit: Int) {
        batch = PackedBatch(for: shape)
        self.pageLimit = pageLimit
    }

    /// Adds the tokens of `part` with its `images`.
    ///
    /// - Throws: `PackedBatchError` if the tokens are not of the vocabulary or do not fit the images.
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

    /// The last token of each sequence whose next token is to be sampled. [row]
    var sampledRows: [Int] {
        zip(parts, batch.segments).compactMap { part, segment in
            part.sequence.awaitsToken ? segment.start + segment.count - 1 : nil
        }
    }

    /// The sequences of ``sampledRows``. [row]
    var sampled: [CachedSequence] { parts.map(\.sequence).filter(\.awaitsToken) }
}
