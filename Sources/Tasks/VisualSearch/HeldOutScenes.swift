import Agent

/// Held-out scenes, with one question of each reported kind per scene.
struct HeldOutScenes: ExampleSource {
    private let sources: [VisualSearch]

    /// - Parameters:
    ///   - scenes: the configuration of scenes. Of its question weights only those above 0 count, for kinds beyond the basic ones.
    ///   - seed: seed of the scenes, which are disjoint from training scenes.
    ///   - sceneCount: the number of scenes.
    /// - Throws: `VisualSearchError` for an invalid configuration.
    init(_ scenes: VisualSearchConfiguration, seed: UInt64, sceneCount: Int) throws {
        let further = QuestionKind.severalLooks.filter { scenes.questions[$0, default: 0] > 0 }
        let kinds: [VisualSearchConfiguration.QuestionWeights] =
            [[.attribute: 1], [.leftOf: 1, .above: 1], [.existence: 1]] + further.map { [$0: 1] }
        sources = try kinds.map { questions in
            var configuration = scenes
            configuration.questions = questions
            configuration.questionsPerScene = 1
            return try VisualSearch(configuration, seed: seed, split: .test, count: sceneCount)
        }
    }

    var count: Int? { sources.reduce(0) { $0 + ($1.count ?? 0) } }

    func example(at index: Int) -> Example {
        let (scene, question) = index.quotientAndRemainder(dividingBy: sources.count)
        let example = sources[question].example(at: scene)
        return example.named("\(example.id)/\(example.kind)")
    }
}
