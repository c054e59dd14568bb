import Agent
import Foundation
import Models
import Runs
import Settings
import TestFixtures
import TestSupport
import Testing
import Torch
import Training

/// Short runs that train an adapter, or part of a model.
@Suite(.serialized) struct AdapterRunTests {
    private func configuration(
        steps: Int, _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) -> TrainingConfiguration {
        var configuration = ShortTraining.configuration(steps: steps, scenes: 1)
        configuration.evaluation = .listed([])
        configuration.rollout.sampling.maximumTokens = 24
        configuration.threads = 1
        configuration.workers = 2
        configuration.checkpoint.every = 1
        configuration.lora.rank = 4
        change(&configuration)
        return configuration
    }

    @Test(arguments: Precision.allCases)
    func anAdapterTrainsAndResumesExactly(precision: Precision) async throws {
        let folder = try TemporaryFolder()
        let (whole, halted) = (folder.file("whole"), folder.file("halted"))
        func settings(_ steps: Int) -> TrainingConfiguration {
            configuration(steps: steps) { $0.precision = precision }
        }
        let (three, two) = (settings(3), settings(2))
        try await onOwnThread {
            _ = try ShortTraining.run(three, at: whole)
            _ = try ShortTraining.run(two, at: halted)
            _ = try ShortTraining.run(three, at: halted, resume: true)
        }
        func metrics(_ run: URL) throws -> Data {
            try Data(contentsOf: run.appending(path: "metrics.jsonl"))
        }
        #expect(try metrics(whole) == metrics(halted))
        let steps = try RunFolder.open(at: whole).recordedSteps(through: .max)
        #expect(steps.count == 3 && steps.allSatisfy { ($0[MetricName.gradientNorm] ?? 0) > 0 })
        // The checkpoint holds the adapter alone.
        let checkpoint = try ModelDirectory(ModelDirectory.folder(at: whole.path))
        #expect(checkpoint.adapter != nil)
        #expect(checkpoint.url.standardizedFileURL.path == ShippedModel.nanoBase.standardizedFileURL.path)
    }

    /// The engine computes the adapter in fused kernels, the trainer as products of its own.
    @Test func trainerAndEngineAgreeOnAnAdaptedModel() async throws {
        let folder = try TemporaryFolder()
        let run = folder.file("run")
        let settings = configuration(steps: 3) { $0.algorithm.importance.rule = .truncated }
        try await onOwnThread { _ = try ShortTraining.run(settings, at: run) }
        for step in try RunFolder.open(at: run).recordedSteps(through: .max) {
            #expect(try #require(step["mismatch/maximum"]) < 1e-4)
        }
    }

    @Test func aFrozenPartDoesNotChange() async throws {
        let folder = try TemporaryFolder()
        let run = folder.file("run")
        let settings = configuration(steps: 2) {
            $0.lora.rank = 0
            $0.freeze = ["visual.*"]
        }
        try await onOwnThread { _ = try ShortTraining.run(settings, at: run) }
        let before = try SafetensorsIndex(ShippedModel.nanoBase)
        let after = try SafetensorsIndex(ModelDirectory.folder(at: run.path))
        for name in before.names {
            let isSame = difference(
                try after.tensor(name), try before.tensor(name), absolute: 0, relative: 0)
            #expect((isSame == nil) == name.hasPrefix("visual."), "\(name)")
        }
    }

    /// Values that do not fit, by the key that the message names.
    enum Misfit: String, CaseIterable {
        case targets = "lora.targets"
        case pattern = "freeze has"
        case frozenAdapter = "freeze"
        case trained = "precision"

        func apply(to configuration: inout TrainingConfiguration) {
            switch self {
            case .targets: configuration.lora.targets = ["q_proj"]
            case .pattern:
                configuration.lora.rank = 0
                configuration.freeze = ["visal.*"]
            case .frozenAdapter: configuration.freeze = ["visual.*"]
            case .trained:
                configuration.lora.rank = 0
                configuration.precision = .bf16
            }
        }
    }

    @Test(arguments: Misfit.allCases) func whatDoesNotFitIsNamed(_ misfit: Misfit) async throws {
        let folder = try TemporaryFolder()
        let settings = configuration(steps: 1) { misfit.apply(to: &$0) }
        let error = await #expect(throws: SettingError.self) {
            try await onOwnThread { _ = try ShortTraining.run(settings, at: folder.file("run")) }
        }
        #expect(error.map { "\($0)".contains(misfit.rawValue) } == true, "\(error.map { "\($0)" } ?? "")")
    }
}
