import Agent
import CounterRandom
import Imaging
import Settings

/// The visual search task: questions about procedural scenes that need zooming.
///
/// Each object has a bull's-eye whose colour averages to grey in the model's view of the scene and is visible in a crop.
/// Every index determines a scene and a question about it; nothing is stored.
package struct VisualSearch: ExampleSource {
    package let configuration: VisualSearchConfiguration
    package let split: ExampleSplit
    package let count: Int?

    private let random: CounterRandom
    private let photographs: PhotographFolder?
    private let renderer: SceneRenderer

    /// `seed` and `split` determine the scenes; a `count` of nil means infinitely many.
    ///
    /// - Throws: `VisualSearchError` for an invalid configuration or a folder without photographs.
    package init(
        _ configuration: VisualSearchConfiguration, seed: UInt64, split: ExampleSplit, count: Int? = nil
    ) throws {
        do { try configuration.validate() } catch {
            throw VisualSearchError.configuration("\(error.key) \(error.problem)")
        }
        guard count.map({ $0 > 0 }) ?? true else {
            throw VisualSearchError.configuration("the number of examples is \(count ?? 0), below 1")
        }
        self.configuration = configuration
        self.split = split
        self.count = count
        random = CounterRandom(seed: seed, split.stream)
        photographs = try configuration.photographs.map { try PhotographFolder(path: $0) }
        renderer = SceneRenderer(configuration, photographs: photographs)
    }

    /// The scene at an index.
    package func scene(at index: Int) -> Scene {
        Scene(
            configuration, random: random.child(UInt64(index)).child(0),
            photographCount: photographs?.count ?? 0)
    }

    /// The scene as an image.
    package func image(of scene: Scene) -> SyntheticImage {
        SyntheticImage(scene, renderer: renderer)
    }

    /// The question of an example, with its scene.
    package func question(at index: Int) -> (Question, Scene) {
        let (sceneIndex, questionIndex) = index.quotientAndRemainder(
            dividingBy: configuration.questionsPerScene)
        let scene = scene(at: sceneIndex)
        var random = random.child(UInt64(sceneIndex)).child(1).child(UInt64(questionIndex))
        let kind = QuestionKind.drawn(with: configuration.questions, random: &random)
        return scene.posed(kind, configuration, random: &random)
    }

    package func example(at index: Int) -> Example {
        let index = count.map { index % $0 } ?? index
        let (question, scene) = question(at: index)
        let whole = image(of: scene)
        let shown: any PixelSource = question.region.map { ImagePart(of: whole, region: $0) } ?? whole
        return Example(
            id: "visual-search-\(configuration.canvas)/\(split.rawValue)/\(index)",
            messages: [.instruction, .question(question.text, imageCount: 1)], images: [shown],
            answer: question.answer, kind: question.kind.family,
            tools: question.kind.needsTool ? [ZoomTool.name] : [],
            groundTruthBoxes: question.boxes.map { box in
                question.region.map { box.offset(x: -$0.x1, y: -$0.y1) } ?? box
            })
    }
}

extension ExampleSplit {
    fileprivate var stream: UInt64 {
        switch self {
        case .training: 0
        case .validation: 1
        case .test: 2
        }
    }
}

extension QuestionKind {
    fileprivate static func drawn(
        with weights: VisualSearchConfiguration.QuestionWeights, random: inout CounterRandom
    ) -> QuestionKind {
        let kinds = allCases.filter { weights[$0, default: 0] > 0 }
        var rest = random.uniform() * kinds.reduce(0) { $0 + weights[$1, default: 0] }
        for kind in kinds {
            rest -= weights[kind, default: 0]
            if rest < 0 { return kind }
        }
        return kinds[kinds.count - 1]
    }
}
