package import Foundation

/// What the `config.json` of a family says, once validated.
package protocol ModelConfiguration: Sendable {
    associatedtype Model: VisionLanguageModel

    /// `model_type` of the file.
    static var modelType: String { get }

    /// Reads `config.json` of `directory`.
    ///
    /// - Throws: `ModelFileError` for options that the family's implementation lacks and for impossible shapes.
    init(directory: URL) throws

    var shape: ModelShape { get }

    /// What ends a generation, for directories whose `generation_config.json` does not say.
    var generation: GenerationConfiguration { get }

    /// `config.json`.
    ///
    /// - Parameter dtype: how the weights beside it are stored, such as "float32".
    func fileContents(dtype: String) throws -> Data

    /// A model whose parameters are not set.
    func makeModel(storage: ParameterStorage) -> Model
}
