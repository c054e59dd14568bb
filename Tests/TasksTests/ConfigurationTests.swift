import Foundation
import Tasks
import Testing

@Suite struct ConfigurationTests {
    private func copy<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: try JSONEncoder().encode(value))
    }

    @Test func aConfigurationReadsBackTheSame() throws {
        var configuration = VisualSearchConfiguration()
        configuration.questions = [.attribute: 2, .leftOf: 0.5]
        configuration.photographs = "photographs"
        #expect(try copy(configuration) == configuration)
    }

    @Test func weightsOfQuestionsAreKeyedByKind() throws {
        let text = String(decoding: try JSONEncoder().encode(VisualSearchConfiguration()), as: UTF8.self)
        #expect(text.contains(#""questions":{"attribute":1}"#))
    }

    @Test func rewardsAndScenesReadBackTheSame() throws {
        var reward = Reward()
        reward.perception.toolBonusRule = .unconditional
        #expect(try copy(reward) == reward)
        let scene = try VisualSearch(.init(), seed: 1, split: .test).scene(at: 0)
        #expect(try copy(scene) == scene)
    }
}
