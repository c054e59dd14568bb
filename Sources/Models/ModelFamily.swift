package import Agent
package import Foundation

/// A family of models that can be loaded, trained and served: what its `model_type` stands for.
///
/// This table is the one place where families are listed; nothing above `Models` names one.
package struct ModelFamily: Sendable {
    /// `model_type` of `config.json`.
    package let modelType: String
    /// As people write it, such as "Qwen2.5-VL".
    package let name: String
    /// How models of the family write boxes.
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

    /// The family that the `config.json` of `directory` names.
    ///
    /// - Throws: `ModelFileError` for a missing or broken file, and for a family that is not in the table.
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
