import Agent
import Foundation
import Models
import TestFixtures
import Testing
import Torch

// example:begin
/// Checkpoints with the modules of Qwen2.5-VL under a `model_type` of their own.
struct RenamedConfiguration: ModelConfiguration {
    static let modelType = "renamed_vl"
    private let base: Qwen25VLConfiguration

    init(directory: URL) throws { base = try Qwen25VLConfiguration(directory: directory) }

    var shape: ModelShape { base.shape }
    var generation: GenerationConfiguration { base.generation }

    func fileContents(dtype: String) throws -> Data { try base.fileContents(dtype: dtype) }

    func makeModel(storage: ParameterStorage) -> Qwen25VL { base.makeModel(storage: storage) }
}
// example:end

@Suite struct AddAModelFamilyTests {
    @Test func thePageShowsTheExample() throws { try Guide("AddAModelFamily").expectExample() }

    @Test func itsChangesFitTheSources() throws { try Guide("AddAModelFamily").expectChanges(fitting: 1) }

    @Test func aFamilyOfTheTableReadsItsConfiguration() throws {
        let family = ModelFamily("Renamed", RenamedConfiguration.self, boxFrame: .asViewed)
        #expect(family.modelType == "renamed_vl")
        let shape = try family.readConfiguration(ShippedModel.nanoBase).shape
        #expect(try shape == ModelDirectory(ShippedModel.nanoBase).configuration.shape)
    }

    @Test func itsModelHasTheWeightsOfTheCheckpoint() throws {
        let configuration = try RenamedConfiguration(directory: ShippedModel.nanoBase)
        let model = try configuration.loadModel(weightsIn: ShippedModel.nanoBase)
        let known = try ModelDirectory(ShippedModel.nanoBase).loadModel()
        for (own, other) in zip(model.parameters, known.parameters) {
            #expect(own.name == other.name)
            #expect(own.tensor.values(as: Float.self) == other.tensor.values(as: Float.self), "\(own.name)")
        }
    }
}
