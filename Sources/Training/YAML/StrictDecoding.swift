import Settings

extension Decoder {
    /// Checks the keys of an element of a list; such elements are not merged into defaults.
    ///
    /// - Throws: `DecodingError` that names an unknown key and the valid keys.
    func rejectUnknownKeys<Keys: CodingKey & CaseIterable>(besides keys: Keys.Type) throws {
        let written = try container(keyedBy: AnyKey.self)
        let known = Keys.allCases.map(\.stringValue)
        guard let unknown = written.allKeys.first(where: { !known.contains($0.stringValue) }) else { return }
        throw DecodingError.dataCorruptedError(
            forKey: unknown, in: written,
            debugDescription: "unknown key; the keys are \(known.joined(separator: ", "))"
                + NearestName.question(unknown.stringValue, among: known))
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
