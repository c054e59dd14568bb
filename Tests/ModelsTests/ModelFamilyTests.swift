import Agent
import Foundation
import Models
import TestFixtures
import Testing

struct ModelFamilyTests {
    private func family(_ json: String) throws -> ModelFamily {
        try TemporaryFolder.with { folder in
            try json.write(to: folder.appending(path: "config.json"), atomically: true, encoding: .utf8)
            return try ModelFamily(of: folder)
        }
    }

    @Test func aDirectoryNamesItsFamily() throws {
        let directory = try ModelDirectory(ShippedModel.nanoBase)
        #expect(directory.family.modelType == "qwen2_5_vl")
        #expect(directory.family.boxFrame == .asViewed)
        #expect(directory.configuration.shape.layerCount == 5)
    }

    @Test func everyModelTypeIsOneFamily() {
        let types = ModelFamily.all.map(\.modelType)
        #expect(Set(types).count == types.count)
    }

    @Test(arguments: [(#"{"model_type": "qwen2_vl"}"#, #"is "qwen2_vl""#), ("{}", "is missing")])
    func anUnknownFamilyIsNamedWithThoseThatAreKnown(json: String, found: String) throws {
        let error = #expect(throws: ModelFileError.self) { try family(json) }
        #expect(error?.path.hasSuffix("/config.json") == true)
        let problem = try #require(error?.problem)
        #expect(problem.contains(found) && problem.contains(#""qwen2_5_vl" (Qwen2.5-VL)"#), "\(problem)")
    }
}
