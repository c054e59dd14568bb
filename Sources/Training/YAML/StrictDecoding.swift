extension Decoder {
    /// Elements of a list are not merged into defaults, so their keys are checked here.
    ///
    /// - Throws: `DecodingError` that names a key which `Keys` does not have, and those it has.
    func refuseKeys<Keys: CodingKey & CaseIterable>(besides keys: Keys.Type) throws {
        let written = try container(keyedBy: AnyKey.self)
        let known = Keys.allCases.map(\.stringValue)
        guard let stranger = written.allKeys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorruptedError(
            forKey: stranger, in: written,
            debugDescription: "unknown key; the keys are \(known.joined(separator: ", "))")
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
