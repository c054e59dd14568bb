package import Settings

/// The training data.
package struct DataConfiguration: Codable, Hashable, Sendable {
    @Setting("Sources to mix; if empty, the scenes of the task are used.", each: Part())
    package var parts: [Part] = []
    @Setting("Maximum fraction of bad rows in a file; above it the run stops.", .from(0, to: 1))
    package var toleratedBadFraction = 0.01

    @Setting("Which questions are asked more often.") package var curriculum = Curriculum()

    package init() {}

    /// A source and its sampling weight.
    package struct Part: Codable, Hashable, Sendable {
        @Setting(
            "A JSONL or Parquet file, a folder of them or a pattern with `*`; empty for the scenes of the task."
        )
        package var file = ""
        @Setting("Relative to the weights of the other parts.", .above(0)) package var weight = 1.0

        package init(file: String = "", weight: Double = 1) {
            self.file = file
            self.weight = weight
        }

        private enum CodingKeys: String, CodingKey, CaseIterable { case file, weight }

        /// - Throws: `DecodingError` for an unknown key or a value of another type.
        package init(from decoder: any Decoder) throws {
            try decoder.rejectUnknownKeys(besides: CodingKeys.self)
            let values = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                file: try values.decodeIfPresent(String.self, forKey: .file) ?? "",
                weight: try values.decodeIfPresent(Double.self, forKey: .weight) ?? 1)
        }
    }
}
