package import Foundation

/// The special tokens in `generation_config.json`.
///
/// The sampling defaults of the file are ignored; the caller sets the sampling parameters.
package struct GenerationConfiguration: Hashable, Sendable {
    /// The name of the file in a model directory.
    package static let fileName = "generation_config.json"

    /// Tokens that end a generation (`eos_token_id`).
    package var eosTokens: [Int32]
    package var bosToken: Int32?
    package var padToken: Int32?

    package init(eosTokens: [Int32], bosToken: Int32? = nil, padToken: Int32? = nil) {
        self.eosTokens = eosTokens
        self.bosToken = bosToken
        self.padToken = padToken
    }

    /// Reads the file in `directory`.
    ///
    /// If the file or a value is missing, the EOS tokens and the BOS token come from `fallback`.
    ///
    /// Throws `ModelFileError` if the file exists but cannot be read.
    package init(directory: URL, fallback: GenerationConfiguration) throws {
        self.init(eosTokens: fallback.eosTokens, bosToken: fallback.bosToken)
        let url = directory.appendingPathComponent(Self.fileName)
        guard FileManager.default.fileExists(atPath: url.path) else { return }
        let file = try HubFile.read(File.self, at: url)
        eosTokens = file.eosTokenId?.values ?? eosTokens
        bosToken = file.bosTokenId ?? bosToken
        padToken = file.padTokenId
    }

    package func fileContents() throws -> Data {
        try HubFile.data(
            of: File(bosTokenId: bosToken, eosTokenId: OneOrMany(eosTokens), padTokenId: padToken))
    }

    private struct File: Codable {
        var bosTokenId: Int32?
        var eosTokenId: OneOrMany<Int32>?
        var padTokenId: Int32?
    }
}
