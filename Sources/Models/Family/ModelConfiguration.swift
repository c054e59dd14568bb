package import Foundation

/// The validated `config.json` of a model family.
package protocol ModelConfiguration: Sendable {
    associatedtype Model: VisionLanguageModel

    /// `model_type` in the file.
    static var modelType: String { get }

    /// Reads the `config.json` of `directory`.
    ///
    /// - Throws: `ModelFileError` for unsupported options and invalid shapes.
    init(directory: URL) throws

    var shape: ModelShape { get }

    /// Special tokens for generation; defaults for missing values of `generation_config.json`.
    var generation: GenerationConfiguration { get }

    /// The contents of `config.json`.
    ///
    /// - Parameter dtype: the stored type of the weights, such as "float32".
    func fileContents(dtype: String) throws -> Data

    /// A model with uninitialized parameters.
    func makeModel(storage: ParameterStorage) -> Model
}
