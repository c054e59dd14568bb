import Agent
package import JSON
import Runs
package import Tasks

/// The scenes of VisualSearch as a benchmark: one question of each kind about every scene.
package struct SceneItems: Evaluator.Items {
    private let scenes: HeldOutScenes

    /// - Parameters:
    ///   - task: how scenes look.
    ///   - seed: names the scenes.
    ///   - sceneCount: how many there are.
    /// - Throws: `VisualSearchError` for a task that cannot work.
    package init(_ task: VisualSearchConfiguration, seed: UInt64, sceneCount: Int) throws {
        scenes = try HeldOutScenes(task, seed: seed, sceneCount: sceneCount)
    }

    package var count: Int { scenes.count ?? 0 }

    package func item(at index: Int) -> BenchmarkItem {
        let example = scenes.example(at: index)
        return BenchmarkItem(
            id: example.id, question: example.question, images: example.images, options: [],
            rightOption: nil, answer: example.answer, form: .text, categories: ["kind": [example.kind]],
            boxes: example.groundTruthBoxes, tools: example.tools)
    }

    package func values(at index: Int) -> [String: JSONValue] { [:] }

    package func categories(at index: Int) -> [String: [String]] {
        ["kind": [scenes.example(at: index).kind]]
    }
}
