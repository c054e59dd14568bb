/// AIME as lmms-eval scores it without a judge: the last box, else the text after the first "Answer:", must equal the
/// number.
enum AIME {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        var tries: [[Bool]] = []
        var common: [[Int: Bool]] = []
        let items = try questions.map { question in
            let right = canonical(try question.required("answer"))
            let answers = question.allSaid.isEmpty ? [""] : question.allSaid
            let found = answers.map { extracted(from: $0).map(canonical) }
            tries.append(found.map { $0 == right })
            common.append(
                Dictionary(
                    uniqueKeysWithValues: powers(upTo: found.count).map { count in
                        (count, mostCommon(found[..<count]) == right)
                    }))
            return ScoredItem(
                id: question.id, isCorrect: tries.last![0], prediction: found[0],
                categories: question.groups("category"))
        }
        return Score(items, figures: figures(tries, common))
    }

    /// Over the first 2, 4, 8, … answers to each question: whether any is right, the fraction of right ones, and whether
    /// the most common one is right.
    private static func figures(_ tries: [[Bool]], _ common: [[Int: Bool]]) -> [String: Double] {
        var found: [String: Double] = [:]
        for count in powers(upTo: tries.map(\.count).min() ?? 0) {
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
            found["cov@\(count)"] = mean(tries.map { $0[..<count].contains(true) ? 1 : 0 })
            found["avg@\(count)"] = mean(tries.map { Double($0[..<count].count { $0 }) / Double(count) })
            found["maj@\(count)"] = mean(common.map { $0[count] == true ? 1 : 0 })
        }
        return found
    }

    private static func powers(upTo count: Int) -> [Int] { (1..<20).map { 1 << $0 }.filter { $0 <= count } }

    /// The most common answer; the first of several.
    private static func mostCommon(_ answers: ArraySlice<String?>) -> String? {
        let counts = Dictionary(grouping: answers) { $0 }.mapValues(\.count)
        return answers.first { counts[$0] == counts.values.max() } ?? nil
    }

    private static func canonical(_ answer: String) -> String {
        PythonNumber.isDigits(answer) ? PythonNumber.withoutLeadingZeros(answer) : answer
    }

    // MARK: Extraction

    static func extracted(from said: String) -> String? {
        var text = PythonText(said)
        if text.contains("<|im_start|>answer\n") {
            text = text.split(by: "<|im_start|>answer\n").last!
        } else if text.contains("<|im_start|>") {
            text = text.split(by: "<|im_start|>").last!
            if let end = text.first("\n") { text = text[end + 1..<text.count] }
        }
        if let box = box(in: text) { return box }
        guard let label = text.string.firstMatch(of: /answer\s*:\s*/.ignoresCase().likePython) else {
            return text.string
        }
        return String(text.string[label.range.upperBound...])
    }

    /// The content of the last box: up to the closing brace, or without braces up to a dollar sign.
    private static func box(in text: PythonText) -> String? {
        if text.contains("\\boxed ") { return text.split(by: "\\boxed ").last!.split(by: "$")[0].string }
        guard let start = text.last("\\boxed") ?? text.last("\\fbox") else { return nil }
        let content = start + (text[start..<text.count].hasPrefix("\\boxed") ? "\\boxed{" : "\\fbox{").count
        var depth = 0
        for place in start..<text.count {
            if text.scalars[place] == "{" { depth += 1 }
            guard text.scalars[place] == "}" else { continue }
            depth -= 1
            if depth == 0 { return text[min(content, place)..<place].string }
        }
        return nil
    }
}
