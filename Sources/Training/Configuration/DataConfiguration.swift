/// The training data.
package struct DataConfiguration: Codable, Hashable, Sendable {
    /// Sources to mix; if empty, the scenes of the task are used.
    package var parts: [Part] = []
    /// Maximum fraction of bad rows in a file; above it the run stops.
    package var toleratedBadFraction = 0.01

    package init() {}

    /// A source and its sampling weight.
    package struct Part: Codable, Hashable, Sendable {
        /// A JSONL or Parquet file, a folder of them or a pattern with `*`; empty for the scenes of the task.
        package var file: String
        /// Relative to the weights of the other parts.
        package var weight: Double

        package init(file: String = "", weight: Double = 1) {
            self.file = file
            self.weight = weight
        }

        private enum CodingKeys: String, CodingKey, CaseIterable { case file, weight }

        /// - Throws: `DecodingError` for an unknown key or a weight that is not positive.
        package init(from decoder: any Decoder) throws {
            try decoder.rejectUnknownKeys(besides: CodingKeys.self)
            let values = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                file: try values.decodeIfPresent(String.self, forKey: .file) ?? "",
                weight: try values.decodeIfPresent(Double.self, forKey: .weight) ?? 1)
            guard weight > 0 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .weight, in: values, debugDescription: "a weight must be greater than 0")
            }
        }
    }
}
