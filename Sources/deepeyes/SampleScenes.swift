import Agent
import Foundation
import Imaging
import Serving
import Tasks

/// Scenes of the procedural task with a question that takes a closer look, for the playground.
struct SampleScenes: Sendable {
    private let task: VisualSearch

    init() throws {
        var configuration = VisualSearchConfiguration()
        configuration.questions = [.attribute: 1]
        task = try VisualSearch(configuration, seed: 0, split: .test)
    }

    /// - Throws: what drawing or encoding throws.
    func sample(_ number: UInt64) throws -> SampleQuestion {
        let (question, scene) = task.question(at: Int(number % 1_000_000_000))
        let image = task.image(of: scene)
        let pixels = try image.pixels(region: image.bounds)
        return SampleQuestion(png: Data(try pixels.encodedPNG()), question: question.text)
    }
}
