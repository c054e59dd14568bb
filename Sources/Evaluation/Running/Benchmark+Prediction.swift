import Agent
import JSON

extension Benchmark {
    /// What a model said, under the names by which the official scorer knows it.
    func prediction(_ said: String) -> [String: JSONValue] {
        let text = JSONValue.string(said)
        let answer = JSONValue.string(AnswerReader.answer(in: said))
        return switch published {
        case .mathvista: ["extraction": answer]
        case .mathvision: ["model_answer": answer]
        // Its scorer wants the letter of the right option, which is always the first.
        case .vstar: ["prediction": answer, "answer": .string("A")]
        case .wemathReasoning, .dynamathReasoning, .logicvistaReasoning: ["prediction": text]
        default: ["prediction": answer]
        }
    }
}
