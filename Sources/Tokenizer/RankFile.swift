import Foundation

/// A file of base64 tokens with their ranks. A rank is both the token's id and its merge priority.
enum RankFile {
    static func definition(_ file: URL, addedTokens: [AddedToken]) throws(TokenizerError)
        -> TokenizerDefinition
    {
        let operation = "reading the ranks"
        let data = try tokenizerData(file, operation)
        var index = ByteStringIndex(minimumCapacity: data.count / 16)
        for (number, line) in data.split(separator: UInt8(ascii: "\n")).enumerated() {
            let parts = line.split(separator: UInt8(ascii: " "))
            guard parts.count == 2, let bytes = Data(base64Encoded: parts[0]), !bytes.isEmpty,
                Int(String(decoding: parts[1], as: UTF8.self)) == number
            else {
                throw TokenizerError(
                    .malformed, operation, path: file.path,
                    "line \(number + 1) is not a token in base64 and the rank \(number); fetch the file again"
                )
            }
            index.append(ArraySlice(bytes))
        }
        return TokenizerDefinition(
            tokens: index.strings, merges: try merges(index, file), addedTokens: addedTokens)
    }

    /// The merge that produces each token: the two parts that remain after all merges of lower rank.
    private static func merges(
        _ index: ByteStringIndex, _ file: URL
    ) throws(TokenizerError) -> [TokenizerDefinition.Merge] {
        let operation = "finding the merges"
        var table = MergeTable(minimumCapacity: index.strings.count)
        var merges: [TokenizerDefinition.Merge] = []
        var ranks: [UInt32] = []
        for id in 0..<index.strings.count where index.strings[id].count > 1 {
            var parts: [Int32] = []
            for byte in index.strings[id] {
                guard let token = index[[byte]] else {
                    throw TokenizerError(
                        .malformed, operation, path: file.path,
                        "byte \(byte) has no rank; fetch the file again")
                }
                parts.append(token)
            }
            table.merge(&parts, ranks: &ranks)
            guard parts.count == 2 else {
                throw TokenizerError(
                    .unsupported, operation, path: file.path,
                    "rank \(id) consists of \(parts.count) parts after merges of lower rank, not 2; use tokenizer.json"
                )
            }
            let merge = TokenizerDefinition.Merge(left: parts[0], right: parts[1], result: Int32(id))
            merges.append(merge)
            table.append(merge)
        }
        return merges
    }
}
