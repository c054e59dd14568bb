/// Slake (Liu et al., 2021) as lmms-eval scores it: an answer is right if its words equal those of the right answer,
/// ignoring case, punctuation and text in brackets.
enum Slake {
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try Score(questions, groups: groups) { question in
            let answer = normalized(question.said)
            return .init(answer == normalized(try question.required("answer")), answer.isEmpty ? nil : answer)
        }
    }

    private static func groups(_ question: AnsweredQuestion) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for (group, key) in [
            ("language", "q_lang"), ("answer_type", "answer_type"), ("modality", "modality"),
            ("content_type", "content_type"),
        ] {
            found[group] = question.text(key).map { [PythonText($0).stripped().lowercased.string] }
        }
        return found
    }

    private static let punctuation =
        "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~" + "！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～、《》【】"

    static func normalized(_ answer: String) -> String {
        let lowercased = PythonText(answer).stripped().lowercased.string
        let bare = lowercased.replacing(/\([^)]*\)/.likePython, with: " ").replacing(
            /（[^）]*）/.likePython, with: " ")
        let text = PythonText(bare).spaced(at: punctuation).words.joined(separator: " ")
        if ["x ray", "xray"].contains(text) { return "xray" }
        if yes.contains(text) { return "yes" }
        return no.contains(text) ? "no" : text
    }

    private static let yes: Set = ["yes", "yeah", "yep", "true", "是", "是的", "有", "包含", "可以", "能", "会", "正常"]
    private static let no: Set = [
        "no", "nope", "false", "否", "不是", "没有", "无", "不包含", "不能", "不会", "不可以", "不正常", "异常",
    ]
}
