import Foundation
import TestFixtures
import Testing

/// A server that cannot be reached is no model that is wrong.
struct DeadEndpointTests {
    /// Nothing listens on port 1.
    private static let address = "http://127.0.0.1:1/v1"

    @Test func anEvaluationEndsAtOnce() throws {
        let folder = try TemporaryFolder()
        let outcome = try DeepEyesCommand.run(
            "evaluate", "--benchmark", "visualsearch", "--endpoint", Self.address, "--model", "small",
            "--output", folder.path("result"))
        expectRefusal(outcome, naming: Self.address, remedy: "check that the server is running")
        #expect(!FileManager.default.fileExists(atPath: folder.path("result/result.json")))
    }

    @Test func aSelectionEndsAtOnce() throws {
        let folder = try TemporaryFolder()
        let data = try folder.write("{}\n", to: "data.jsonl").path
        let outcome = try DeepEyesCommand.run(
            "select", "--data", data, "--endpoint", Self.address, "--model", "small", "--output",
            folder.path("chosen.parquet"))
        expectRefusal(outcome, naming: Self.address, remedy: "check that the server is running")
        #expect(!FileManager.default.fileExists(atPath: folder.path("chosen.parquet")))
    }

    /// Else the model would answer every question before its answers turn out to have no verdict.
    @Test func aDeadJudgeEndsAnEvaluationAtOnce() throws {
        let folder = try TemporaryFolder()
        let outcome = try DeepEyesCommand.run(
            "evaluate", "--benchmark", "visualsearch", "--model", ShippedModel.nanoBase.path, "--output",
            folder.path("result"), "--set", "judge.endpoints=[\(Self.address)]", "--set", "judge.model=large")
        expectRefusal(outcome, naming: Self.address, remedy: "check that the server is running")
        #expect(outcome.errors.contains("the judge cannot be asked"))
    }
}
