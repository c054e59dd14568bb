package import CounterRandom
import Foundation
package import Imaging
import JSON

/// A question about a scene.
package struct Question: Hashable, Sendable {
    package let kind: QuestionKind
    package let text: String
    package let answer: String
    /// Ground-truth boxes in canvas pixels; empty if the question is about an object that does not exist.
    package let boxes: [Rectangle]
    /// The visible region of the canvas; nil for all of it.
    package let region: Rectangle?

    init(
        _ kind: QuestionKind, _ text: String, answer: String, objects: [Scene.Object] = [],
        region: Rectangle? = nil
    ) {
        self.kind = kind
        self.text = text
        self.answer = answer
        boxes = objects.map(\.box)
        self.region = region
    }
}

extension Scene {
    /// Draws a question of the given kind about the scene as it is.
    ///
    /// Yes and no are equally likely. If no pair of objects has a clear relation along the axis, the other axis is used. Kinds that
    /// change the scene are drawn by ``posed(_:_:random:)``.
    package func question(
        _ kind: QuestionKind, _ configuration: VisualSearchConfiguration, random: inout CounterRandom
    ) -> Question {
        switch kind {
        case .attribute: attribute(&random)
        case .leftOf: relation(.leftOf, configuration, &random) ?? existence(configuration, &random)
        case .above: relation(.above, configuration, &random) ?? existence(configuration, &random)
        case .existence: existence(configuration, &random)
        case .grounding: grounding(configuration, &random)
        case .listing: listing(configuration)
        case .closeUp: closeUp(configuration, &random)
        case .compare, .oddOneOut, .search, .confirm: posed(kind, configuration, random: &random).0
        }
    }

    private func attribute(_ random: inout CounterRandom) -> Question {
        Self.attribute(.attribute, of: random.element(of: objects))
    }

    /// The colour of the bull's-eye on an object.
    static func attribute(_ kind: QuestionKind, of object: Object) -> Question {
        Question(
            kind, "What colour is the bull's-eye on the \(object.name)?", answer: object.bullsEye.name,
            objects: [object])
    }

    /// Asks along the axis of `kind`, or along the other one; nil if there is only one object.
    private func relation(
        _ kind: QuestionKind, _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> Question? {
        for kind in [kind, kind == .leftOf ? .above : .leftOf] {
            let position = { (object: Object) in kind == .leftOf ? object.centre.x : object.centre.y }
            let pairs = objects.flatMap { first in
                objects.compactMap { second in
                    let distance = position(second) - position(first)
                    let isClear = distance > 0 && distance >= Double(configuration.relationMargin)
                    return isClear ? (first, second) : nil
                }
            }
            guard !pairs.isEmpty else { continue }
            let (first, second) = random.element(of: pairs)
            let isTrue = random.coin()
            let (subject, reference) = isTrue ? (first, second) : (second, first)
            let words = kind == .leftOf ? "left of" : "above"
            return Question(
                kind, "Is the \(subject.name) \(words) the \(reference.name)?", answer: isTrue ? "yes" : "no",
                objects: [subject, reference])
        }
        return nil
    }

    private func existence(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> Question {
        if random.coin() {
            let object = random.element(of: objects)
            return Question(.existence, "Is there a \(object.name)?", answer: "yes", objects: [object])
        }
        let present = Set(objects.map(\.name))
        while true {
            var (colour, shape) = (
                random.element(of: configuration.colours), random.element(of: configuration.shapes)
            )
            // Half of the absent objects resemble a present one, so that colour or shape alone does not give the answer away.
            switch random.integer(below: 4) {
            case 0: colour = random.element(of: objects).colour
            case 1: shape = random.element(of: objects).shape
            default: break
            }
            let name = "\(colour.name) \(shape.rawValue)"
            if !present.contains(name) { return Question(.existence, "Is there a \(name)?", answer: "no") }
        }
    }

    private func grounding(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> Question {
        let object = random.element(of: objects)
        let box = object.box.scaled(
            x: 1 / Double(configuration.viewFactor), y: 1 / Double(configuration.viewFactor))
        let corners = [box.x1, box.y1, box.x2, box.y2].map { JSONValue.number(Int($0.rounded())) }
        let answer: JSONValue = ["bbox_2d": .array(corners)]
        return Question(
            .grounding, "Where is the \(object.name)?",
            answer: answer.text, objects: [object])
    }

    private func listing(_ configuration: VisualSearchConfiguration) -> Question {
        let ordered = objects.sorted { ($0.centre.y, $0.centre.x) < ($1.centre.y, $1.centre.x) }
        let factor = Double(configuration.viewFactor)
        let lines = ordered.map { object in
            let (x, y) = object.centre
            return "\(object.name) [\(Int((x / factor).rounded())), \(Int((y / factor).rounded()))]"
        }
        return Question(
            .listing, "List all objects.", answer: lines.joined(separator: "\n"), objects: ordered)
    }

    private func closeUp(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> Question {
        let object = random.element(of: objects)
        let sizes = configuration.closeUpSize
        let scale = sizes.lowerBound * pow(sizes.upperBound / sizes.lowerBound, random.uniform())
        let smallest = max(28, Int((4 * configuration.bullsEye.outerRadius).rounded(.up)))
        let side = min(max(Int(Double(object.size) * scale), smallest), canvas.width)
        // The bull's-eye is in the middle half of the close-up, unless the edge of the canvas is near.
        func start(_ centre: Double, _ limit: Int) -> Int {
            let offset = (0.25 + 0.5 * random.uniform()) * Double(side)
            return min(max(Int(centre - offset), 0), limit - side)
        }
        let region = PixelRegion(
            x: start(object.centre.x, canvas.width), y: start(object.centre.y, canvas.height), width: side,
            height: side)
        let text =
            random.coin()
            ? "What colour is the bull's-eye on the \(object.name)?" : "What colour is the bull's-eye?"
        return Question(
            .closeUp, text, answer: object.bullsEye.name, objects: [object], region: Rectangle(region))
    }
}

extension CounterRandom {
    mutating func coin() -> Bool { integer(below: 2) == 0 }
}
