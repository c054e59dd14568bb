import Agent
import Foundation
import Imaging
import Models
import TestFixtures
import TestSupport
import Testing
import Training

struct StepBenchmarkTests {
    private static func folder(prompts: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let size = ImageSize(width: 60, height: 40)
        let image = Image(size: size, pixels: [UInt8](repeating: 90, count: 3 * size.pixelCount))
        try folder.write(image.encodedPNG(), to: "0.png")
        try folder.write(prompts, to: "prompts.json")
        return folder
    }

    private static func withBenchmark(_ body: (StepBenchmark) throws -> Void) throws {
        let folder = try Self.folder(prompts: #"[{"question": "What is it?", "images": ["0.png"]}]"#)
        try body(
            StepBenchmark(
                PolicyModel(directory: ShippedModel.nanoBase), source: PromptFolder(folder.url),
                configuration: StepBenchmark.Configuration(
                    groupSize: 4, tokenCount: 24, repetitions: 3, warmUps: 1)))
    }

    @Test func everyCompletionHasTheTokensAskedForAndSomethingToLearn() async throws {
        try await onOwnThread {
            try Self.withBenchmark { benchmark in
                var watch = Stopwatch()
                let group = try benchmark.step(timedBy: &watch)
                #expect(group.members.map(\.trajectory.transcript.completionTokenCount) == [24, 24, 24, 24])
                #expect(group.members.map(\.trajectory.finish) == Array(repeating: .lengthLimit, count: 4))
                #expect(group.members.allSatisfy { $0.advantage != 0 })
                #expect(watch.seconds.map(\.phase) == ["generation", "pack", "update"])
            }
        }
    }

    @Test func countsRoundsAfterTheWarmUp() async throws {
        try await onOwnThread {
            try Self.withBenchmark { benchmark in
                let timing = try benchmark.generation()
                #expect(timing.warmUpSeconds.count == 1)
                #expect(timing.seconds.count == 3)
                #expect(timing.median == timing.seconds.sorted()[1])
                #expect(timing.phases.keys.sorted() == ["generation"])
            }
        }
    }

    @Test func missingImagesAndBadListsAreNamed() throws {
        for (prompts, name) in [
            (#"[{"question": "What?", "images": ["1.png"]}]"#, "1.png"), ("[]", "prompts.json"),
            ("{}", "prompts.json"),
        ] {
            let folder = try Self.folder(prompts: prompts)
            let error = #expect(throws: (any Error).self) { try PromptFolder(folder.url) }
            #expect(error.map { "\($0)".contains(name) } == true)
        }
    }
}
