import Foundation
import NanoBase
import Settings
import Testing
import Training

struct ConfigurationReferenceTests {
    /// The dotted keys of every value of a configuration, as it is written to a file.
    private func keys(_ value: Any, below prefix: String = "") -> [String] {
        guard let object = value as? [String: Any], !object.isEmpty else { return [prefix] }
        return object.flatMap { keys($0.value, below: prefix.isEmpty ? $0.key : "\(prefix).\($0.key)") }
    }

    private func expectMeanings(of configuration: some Encodable) throws {
        let entries = SettingTree.entries(of: configuration)
        #expect(entries.filter { $0.meaning.isEmpty }.map(\.key) == [])
        let values = Set(entries.filter { !$0.isGroup }.map(\.key))
        let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(configuration))
        for key in keys(written) {
            // A value may be an object, such as the weights by kind of question.
            let parents = key.indices.filter { key[$0] == "." }.map { String(key[..<$0]) }
            #expect(values.contains(key) || parents.contains(where: values.contains), "\(key) has no meaning")
        }
    }

    @Test func everyKeyOfEveryConfigurationHasAMeaning() throws {
        try expectMeanings(of: TrainingConfiguration())
        try expectMeanings(of: SupervisedConfiguration())
        try expectMeanings(of: NanoBaseConfiguration())
    }

    @Test func defaultsAreWithinTheirRanges() throws {
        try TrainingConfiguration().validate()
        try SettingTree.check(SupervisedConfiguration(), like: SupervisedConfiguration())
        try SettingTree.check(NanoBaseConfiguration(), like: NanoBaseConfiguration())
    }

    @Test func aKeyIsExplainedWithItsDefaultRangeAndChoices() throws {
        let reference = ConfigurationReference("train", "A run.", of: TrainingConfiguration())
        #expect(
            reference.text(of: "rollout.groupSize") == """
                rollout.groupSize: 8   # a whole number, at least 2
                    Trajectories per prompt.
                """)
        let schedule = try #require(reference.text(of: "optimizer.schedule"))
        #expect(schedule.contains("    cosine: decays to 0 at the last step"))
        #expect(reference.text(of: "data")?.contains("data.parts[].file") == true)
        #expect(reference.text(of: "roll") == nil)
    }
}
