import Foundation

/// The card of a model: `README.md` in its folder.
enum ModelCard {
    /// What the model can do, in a line: the first quotation (`> ...`) of its card. A checkpoint of a run has the card of the
    /// model that the run started from.
    static func line(of model: URL) -> String? {
        [model, base(ofCheckpoint: model)].compactMap(\.self).lazy.compactMap(quotation).first
    }

    private static func quotation(inCardOf model: URL) -> String? {
        guard let text = try? String(contentsOf: model.appending(path: "README.md"), encoding: .utf8) else {
            return nil
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.hasPrefix("> ") }.prefix { $0.hasPrefix("> ") }
        return lines.isEmpty ? nil : lines.map { $0.dropFirst(2) }.joined(separator: " ")
    }

    private static func base(ofCheckpoint folder: URL) -> URL? {
        let checkpoints = folder.standardizedFileURL.deletingLastPathComponent()
        guard checkpoints.lastPathComponent == "checkpoints" else { return nil }
        let file = checkpoints.deletingLastPathComponent().appending(path: "config.yaml")
        let configuration = try? String(contentsOf: file, encoding: .utf8)
        let line = configuration?.split(separator: "\n").first { $0.hasPrefix("model: ") }
        return line.map { URL(filePath: String($0.dropFirst("model: ".count))) }
    }
}
