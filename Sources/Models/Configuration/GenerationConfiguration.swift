package import Foundation

/// The special tokens in `generation_config.json`.
///
/// The sampling defaults of the file are ignored; the caller sets the sampling parameters.
package struct GenerationConfiguration: Hashable, Sendable {
    /// The name of the file in a model directory.
    package static let fileName = "generation_config.json"

    /// Tokens that end a generation (`eos_token_id`).
    package var ends: [Int32]
    package var beginning: Int32?
    package var padding: Int32?

    package init(ends: [Int32], beginning: Int32? = nil, padding: Int32? = nil) {
        self.ends = ends
        self.beginning = beginning
        self.padding = padding
    }

    /// Reads the file in `directory`.
    ///
    /// If the file or a value is missing, the end tokens and the beginning token come from `fallback`.
    ///
    /// Throws `ModelFileError` if the file exists but cannot be read.
    package init(directory: URL, fallback: GenerationConfiguration) throws {
        self.init(ends: fallback.ends, beginning: fallback.beginning)
        let url = directory.appendingPathComponent(Self.fileName)
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        let file = try HubFile.read(File.self, at: url)
        ends = file.eosTokenId?.values ?? ends
        beginning = file.bosTokenId ?? beginning
        padding = file.padTokenId
    }

    package func fileContents() throws -> Data {
        try HubFile.data(
            of: File(bosTokenId: beginning, eosTokenId: OneOrMany(ends), padTokenId: padding))
    }

    private struct File: Codable {
        var bosTokenId: Int32?
        var eosTokenId: OneOrMany<Int32>?
        var padTokenId: Int32?
    }
}
