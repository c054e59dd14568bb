/// What engine, learner and memory plan need to know of a model, whatever its family.
package struct ModelShape: Hashable, Sendable {
    package var vocabularySize: Int
    /// Width of the hidden states.
    package var width: Int
    package var layerCount: Int
    package var keyValueHeadCount: Int
    package var headWidth: Int
    package var maximumPositionCount: Int
    /// Whether the head that predicts tokens is the embedding matrix itself.
    package var tiesEmbeddings: Bool
    /// The placeholder that stands in a sequence once for each token of an image.
    package var imageToken: Int32
    /// Side of a patch in pixels.
    package var patchSize: Int
    /// Number of video frames in a patch; a still image fills all of them.
    package var temporalPatchSize: Int
    /// Side, in patches, of the square that becomes one token.
    package var mergeSize: Int
    /// Values that a forward pass without gradients holds at the same time for each token of the decoder.
    package var valuesPerToken: Int
    /// Values that it holds at the same time for each patch of the vision encoder.
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
