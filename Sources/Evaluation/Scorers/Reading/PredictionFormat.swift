import Agent
import Foundation
import JSON

/// The format of a prediction file, detected from its first bytes.
enum PredictionFormat: Hashable, Sendable {
    /// JSON of any shape: official results, lmms-eval logs, DeepEyes' JSON lines.
    case json
    /// Tab-separated values with a header: results of VLMEvalKit.
    case table
    /// An Excel file, VLMEvalKit's default.
    case spreadsheet

    init(of data: Data, named name: String) {
        let start = data.prefix(1 << 16)
        let header = start.prefix { $0 != 0x0A }
        if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || name.hasSuffix(".xlsx") || name.hasSuffix(".xls") {
            self = .spreadsheet
        } else if let first = header.first(where: { $0 > 0x20 }), first != UInt8(ascii: "{"),
            first != UInt8(ascii: "["),
            header.contains(0x09)
        {
            self = .table
        } else {
            self = .json
        }
    }

    /// The fields of an entry with unified names: the model's text as `prediction`, the letter of the right option as
    /// `answer`.
    static func uniform(_ values: [String: JSONValue]) -> [String: JSONValue] {
        if let question = values["doc"]?.object, let said = values["filtered_resps"] ?? values["resps"] {
            // lmms-eval: the question is a nested object, whose fields take precedence over those of the log.
            var found = values.merging(question.dictionary) { _, questions in questions }
            for key in ["doc", "resps", "filtered_resps", "arguments", "input_media"] { found[key] = nil }
            found["prediction"] = simplified(said)
            return found
        }
        if let said = values["pred_ans"] {
            // DeepEyes: V* has a choice and the answer's text, HR-Bench only a choice.
            var found = values
            found["pred_output"] = nil
            found["prediction"] = said
            found["answer"] = values["answer_choice"] ?? values["answer"]
            return found
        }
        return values
    }

    /// The responses of a log, flattened from nested lists: one text, or a list of several.
    private static func simplified(_ responses: JSONValue) -> JSONValue {
        func texts(_ value: JSONValue) -> [JSONValue] { value.array.map { $0.flatMap(texts) } ?? [value] }
        let all = texts(responses)
        return all.count == 1 ? all[0] : .array(all)
    }
}
