import Agent
import Foundation
import Imaging
import Serving
import Tasks

/// Sample questions for the playground: procedural scenes with a question that needs zooming.
struct SampleScenes: Sendable {
    /// - Throws: an error from drawing or encoding.
    func sample(_ index: UInt64) throws -> SampleQuestion {
        let example = try ProceduralTask().sample(Int(index % 1_000_000_000))
        let image = example.images[0]
        let pixels = try image.pixels(region: image.bounds)
        return SampleQuestion(
            png: Data(try pixels.encodedPNG()), question: example.question, answer: example.answer)
    }
}
