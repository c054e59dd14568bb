/// MM-Vet (Yu et al., 2023): a judge grades each answer from 0 to 1. The figures are mean grades, overall and per
/// capability. An item counts as correct if its grade is 1.
enum MMVet {
    private static let capabilities = ["rec", "ocr", "know", "gen", "spat", "math"]

    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        let grades = try questions.map { question in
            let text = try question.required("score", "gpt_eval_score")
            guard let grade = PythonNumber.float(text), (0...1).contains(grade) else {
                throw question.problem("has the score \(text), which is not a number from 0 to 1")
            }
            return (needs: try question.required("capability", "capabilities", "category"), grade: grade)
        }
        var position = 0
        return Score(questions, groups: { _ in [:] }, figures: { _ in figures(grades) }) { _ in
            defer { position += 1 }
            return .init(grades[position].grade == 1, "\(grades[position].grade)")
        }
    }

    private static func figures(_ grades: [(needs: String, grade: Double)]) -> [String: Double] {
        var all: [String: [Double]] = ["total": grades.map(\.grade)]
        for (needs, grade) in grades {
            for capability in capabilities where PythonText(needs).contains(capability) {
                all[capability, default: []].append(grade)
            }
            let together = needs.replacing(",", with: "_")
            if !capabilities.contains(together) { all[together, default: []].append(grade) }
        }
        var found = all.mapValues { $0.reduce(0, +) / Double($0.count) }
        for capability in capabilities {
            let alone = grades.filter { $0.needs == capability }.map(\.grade)
            if !alone.isEmpty { found["only \(capability)"] = alone.reduce(0, +) / Double(alone.count) }
        }
        return found
    }
}
