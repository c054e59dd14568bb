/// What is trained on.
package struct DataConfiguration: Codable, Hashable, Sendable {
    /// Sources that are mixed; without any the scenes of the task.
    package var parts: [Part] = []
    /// Share of a file's rows that may be unusable before the run stops.
    package var toleratedBadFraction = 0.01

    package init() {}

    /// A source and how often it is asked.
    package struct Part: Codable, Hashable, Sendable {
        /// A JSONL or Parquet file, a folder of them or a pattern with `*`; empty for the scenes of the task.
        package var file: String
        /// In proportion to those of the other parts.
        package var weight: Double

        package init(file: String = "", weight: Double = 1) {
            self.file = file
            self.weight = weight
        }

        private enum CodingKeys: String, CodingKey, CaseIterable { case file, weight }

        /// - Throws: `DecodingError` for a key that there is none of and a weight that is not positive.
        package init(from decoder: any Decoder) throws {
            try decoder.refuseKeys(besides: CodingKeys.self)
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
