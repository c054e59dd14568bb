/// The sizes of a model of any family, for the engine, the learner and the memory plan.
package struct ModelShape: Hashable, Sendable {
    package var vocabularySize: Int
    /// Width of the hidden states.
    package var width: Int
    package var layerCount: Int
    package var keyValueHeadCount: Int
    package var headWidth: Int
    package var maximumPositionCount: Int
    /// Whether the output head is the embedding matrix (tied embeddings).
    package var tiesEmbeddings: Bool
    /// The placeholder token; a sequence contains it once for each token of an image.
    package var imageToken: Int32
    /// Side of a patch in pixels.
    package var patchSize: Int
    /// Number of video frames in a patch; a still image fills all of them.
    package var temporalPatchSize: Int
    /// Side, in patches, of the square that merges into one token.
    package var mergeSize: Int
    /// Peak number of activation values per decoder token in a forward pass without gradients.
    package var valuesPerToken: Int
    /// Peak number of activation values per patch of the vision encoder in the same pass.
    package var valuesPerPatch: Int

    package init(
        vocabularySize: Int, width: Int, layerCount: Int, keyValueHeadCount: Int, headWidth: Int,
        maximumPositionCount: Int, tiesEmbeddings: Bool, imageToken: Int32, patchSize: Int,
        temporalPatchSize: Int, mergeSize: Int, valuesPerToken: Int, valuesPerPatch: Int
    ) {
        self.vocabularySize = vocabularySize
        self.width = width
        self.layerCount = layerCount
        self.keyValueHeadCount = keyValueHeadCount
        self.headWidth = headWidth
        self.maximumPositionCount = maximumPositionCount
        self.tiesEmbeddings = tiesEmbeddings
        self.imageToken = imageToken
        self.patchSize = patchSize
        self.temporalPatchSize = temporalPatchSize
        self.mergeSize = mergeSize
        self.valuesPerToken = valuesPerToken
        self.valuesPerPatch = valuesPerPatch
    }
}
