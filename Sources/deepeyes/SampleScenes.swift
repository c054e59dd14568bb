import Agent
import Foundation
import Imaging
import Serving
import Tasks

/// Scenes of the procedural task with a question that takes a closer look, for the playground.
struct SampleScenes: Sendable {
    /// - Throws: what drawing or encoding throws.
    func sample(_ number: UInt64) throws -> SampleQuestion {
        let example = try ProceduralTask().sample(Int(number % 1_000_000_000))
        let image = example.images[0]
        let pixels = try image.pixels(region: image.bounds)
        return SampleQuestion(png: Data(try pixels.encodedPNG()), question: example.question)
    }
}
