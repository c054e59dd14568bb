/// Reads judge output in prediction files.
enum Judged {
    /// A verdict in the notation of the official programs.
    static func isTrue(_ verdict: String) -> Bool {
        ["true", "1", "1.0"].contains(PythonText(verdict).stripped().lowercased.string)
    }

    /// The mean of the field `acc`, which DeepEyes' scripts add, if every entry has it.
    static func figures(_ questions: [AnsweredQuestion]) -> [String: Double] {
        let verdicts = questions.compactMap { $0.text("acc").flatMap(PythonNumber.float) }
        guard !verdicts.isEmpty, verdicts.count == questions.count else { return [:] }
        return ["acc (recorded judge)": verdicts.reduce(0, +) / Double(verdicts.count)]
    }
}
