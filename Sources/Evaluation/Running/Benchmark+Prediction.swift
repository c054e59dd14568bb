import Agent
import JSON

extension Benchmark {
    /// The model's answer under the field names that the official scorer expects.
    func prediction(_ said: String) -> [String: JSONValue] {
        let text = JSONValue.string(said)
        let answer = JSONValue.string(Markup.answerOrText(in: said))
        return switch published {
        case .mathvista: ["extraction": answer]
        case .mathvision: ["model_answer": answer]
        // The scorer expects the letter of the right option, which is always the first.
        case .vstar: ["prediction": answer, "answer": .string("A")]
        case .wemathReasoning, .dynamathReasoning, .logicvistaReasoning: ["prediction": text]
        default: ["prediction": answer]
        }
    }
}
