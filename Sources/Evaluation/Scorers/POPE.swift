import Foundation

/// POPE (Li et al., 2023): is an object in the image? The scorer recognizes "no" by certain words in the first sentence;
/// everything else counts as "yes".
enum POPE {
    static func score(_ predictions: PredictionFile, truth: PredictionFile?) throws -> Score {
        let questions = try truth?.byID("question_id")
        var counts = (truePositive: 0, falsePositive: 0, trueNegative: 0, falseNegative: 0)
        let items = try predictions.entries.map { entry in
            let (id, answer, label) = try parts(
                of: entry, in: predictions, questions: questions, truth: truth)
            let saysYes = saysYes(answer)
            switch (saysYes, label == "yes") {
            case (true, true): counts.truePositive += 1
            case (true, false): counts.falsePositive += 1
            case (false, false): counts.trueNegative += 1
            case (false, true): counts.falseNegative += 1
            }
            return ScoredItem(
                id: id, isCorrect: saysYes == (label == "yes"), prediction: saysYes ? "yes" : "no",
                categories: ["label": [label]])
        }
        func fraction(_ part: Int, of whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
        let precision = fraction(counts.truePositive, of: counts.truePositive + counts.falsePositive)
        let recall = fraction(counts.truePositive, of: counts.truePositive + counts.falseNegative)
        return Score(
            items,
            figures: [
                "precision": precision, "recall": recall,
                "f1": precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall),
                "yes_ratio": fraction(counts.truePositive + counts.falsePositive, of: items.count),
            ])
    }

    /// The official format has id and answer in one file and labels in another; the general formats have everything in one.
    private static func parts(
        of entry: PredictionFile.Entry, in predictions: PredictionFile,
        questions: [String: PredictionFile.Entry]?,
        truth: PredictionFile?
    ) throws -> (id: String, answer: String, label: String) {
        let said = entry.text("prediction")
        guard let id = entry.text("question_id") ?? (said == nil ? nil : entry.text("index") ?? entry.name)
        else {
            throw predictions.missing("question_id", in: entry)
        }
        guard let answer = said ?? entry.text("answer") ?? entry.text("text") else {
            throw predictions.missing("answer", in: entry)
        }
        guard
            let label = questions?[id]?.text("label")
                ?? (said == nil || truth != nil ? nil : entry.text("label") ?? entry.text("answer"))
        else {
            throw PredictionError(
                path: truth?.url.path ?? "--data",
                problem: "has no label for question \(id); give the file with question_id and label")
        }
        return (id, answer, label.lowercased())
    }

    /// Whether the first sentence, without commas, contains none of the words No, no and not.
    static func saysYes(_ answer: String) -> Bool {
        let sentence = answer.prefix { $0 != "." }.filter { $0 != "," }
        return !sentence.split(separator: " ").contains { ["No", "not", "no"].contains($0) }
    }
}
