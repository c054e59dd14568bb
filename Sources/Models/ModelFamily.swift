package import Agent
package import Foundation

/// A family of models that can be loaded, trained and served, selected by `model_type`.
///
/// `all` is the only list of families; no module above `Models` names one.
package struct ModelFamily: Sendable {
    /// `model_type` in `config.json`.
    package let modelType: String
    /// The family's display name, such as "Qwen2.5-VL".
    package let name: String
    /// The coordinate frame of boxes that models of the family write.
    package let boxFrame: BoxFrame
    /// Reads the `config.json` of a directory.
    package let readConfiguration: @Sendable (URL) throws -> any ModelConfiguration

    package init<Configuration: ModelConfiguration>(
        _ name: String, _ configuration: Configuration.Type, boxFrame: BoxFrame
    ) {
        modelType = configuration.modelType
        self.name = name
        self.boxFrame = boxFrame
        readConfiguration = { try configuration.init(directory: $0) }
    }

    package static let all = [
        ModelFamily("Qwen2.5-VL", Qwen25VLConfiguration.self, boxFrame: .asViewed)
    ]

    /// The family named in the `config.json` of `directory`.
    ///
    /// - Throws: `ModelFileError` for a missing or damaged file, and for a family that is not in `all`.
    package init(of directory: URL) throws {
        let file = directory.appendingPathComponent(ModelFileName.configuration)
        let modelType = try HubFile.read(ModelTypeFile.self, at: file).modelType
        guard let family = Self.all.first(where: { $0.modelType == modelType }) else {
            let known = Self.all.map { "\"\($0.modelType)\" (\($0.name))" }.joined(separator: ", ")
            throw ModelFileError(
                path: file.path,
                problem: "model_type is \(modelType.map { "\"\($0)\"" } ?? "missing"); "
                    + "only checkpoints of \(known) can be loaded")
        }
        self = family
    }
}

private struct ModelTypeFile: Decodable {
    let modelType: String?
}
