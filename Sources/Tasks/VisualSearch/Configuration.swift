/// Everything that decides what scenes and questions look like.
///
/// The defaults are those the nano model was trained on.
package struct VisualSearchConfiguration: Hashable, Sendable, Codable {
    /// How often each kind of question is asked; weights need not add up to 1.
    package typealias QuestionWeights = [QuestionKind: Double]

    /// Width and height of a scene in pixels.
    package var canvas = 1120
    /// Canvas pixels for each pixel of the model's view; places in answers are in the view.
    package var viewFactor = 10
    package var objectCount = 3...7
    /// Side of an object in canvas pixels.
    package var objectSize = 120...190
    /// Shortest distance between the centres of two objects along x or y, whichever is longer; at least as
    /// long as the largest object, so that none overlap.
    package var minimumDistance = 250
    /// Free space along the edge of the canvas.
    package var margin = 10
    package var shapes = Shape.allCases
    package var colours = [NamedColour].objects
    package var bullsEyeColours = [NamedColour].bullsEyes
    package var bullsEye = BullsEye(radius: 4.5, areas: [1, 3, 4])
    /// Standard deviation of the noise on objects, in 8-bit steps, drawn for each square of `viewFactor` pixels
    /// and each channel; it hides what a smaller image keeps of the bull's-eye.
    package var grain = 28.0
    /// Strength of the procedural background: largest standard deviation of each of its layers.
    package var backgroundContrast = 14.0
    /// Folder of photographs to use as backgrounds; nil for procedural ones.
    package var photographs: String?
    /// How strongly a photograph shows: 1 as it is, 0 as plain grey.
    package var photographContrast = 0.6
    package var questions: QuestionWeights = [.attribute: 1]
    /// Number of successive questions asked about one scene.
    package var questionsPerScene = 1
    /// Objects whose centres are closer than this along an axis are not compared on it.
    package var relationMargin = 80
    /// Side of a close-up in sides of its object; the logarithm is drawn evenly.
    package var closeUpSize = 0.3...2.2

    package init() {}

    /// - Throws: `VisualSearchError.configuration` naming the first value that cannot work.
    package func validate() throws(VisualSearchError) {
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(VisualSearchError) {
            guard condition else { throw .configuration(problem()) }
        }
        let largest = objectSize.upperBound
        try require(objectSize.lowerBound >= 8, "objectSize starts at \(objectSize.lowerBound), below 8")
        try require(margin >= 0, "margin is \(margin), below 0")
        try require(
            canvas >= largest + 2 * margin && canvas <= 16_384,
            "canvas is \(canvas); it must hold an object of \(largest) and be at most 16384")
        try require(
            minimumDistance > largest,
            "minimumDistance is \(minimumDistance), not above the largest object, \(largest)")
        try require(viewFactor >= 1, "viewFactor is \(viewFactor), below 1")
        try require(!shapes.isEmpty && !colours.isEmpty, "shapes or colours is empty")
        try require(bullsEyeColours.count >= 2, "bullsEyeColours has fewer than 2 colours")
        try require(
            objectCount.lowerBound >= 1 && objectCount.upperBound < shapes.count * colours.count,
            "objectCount \(objectCount) is not between 1 and the number of shapes in colours")
        try require(
            bullsEye.radius > 0 && bullsEye.areas.first == 1
                && zip(bullsEye.areas, bullsEye.areas.dropFirst()).allSatisfy { $0 < $1 },
            "bullsEye needs a radius above 0 and rising areas that begin with 1")
        try require(
            2 * bullsEye.outerRadius < Double(objectSize.lowerBound),
            "bullsEye is larger than an object of \(objectSize.lowerBound)")
        try require(
            grain >= 0 && grain.isFinite && backgroundContrast >= 0 && backgroundContrast.isFinite,
            "grain or backgroundContrast is negative or not finite")
        try require((0...1).contains(photographContrast), "photographContrast is not between 0 and 1")
        try require(
            questions.values.allSatisfy { $0 >= 0 && $0.isFinite } && questions.values.contains { $0 > 0 },
            "questions needs weights of 0 or more, at least one above 0")
        try require(
            objectCount.lowerBound >= 2 || [.leftOf, .above].allSatisfy { (questions[$0] ?? 0) == 0 },
            "questions about relations need at least 2 objects")
        try require(questionsPerScene >= 1, "questionsPerScene is \(questionsPerScene), below 1")
        try require(
            relationMargin >= 0 && relationMargin <= minimumDistance,
            "relationMargin is \(relationMargin), not between 0 and minimumDistance")
        try require(
            closeUpSize.lowerBound > 0 && closeUpSize.upperBound.isFinite,
            "closeUpSize does not start above 0 or is not finite")
    }
}

/// What can be asked about a scene.
package enum QuestionKind: String, Hashable, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// The colour of the bull's-eye on an object; it takes a crop to see.
    case attribute
    case leftOf
    case above
    case existence
    /// Where an object is.
    case grounding
    /// All objects with their places.
    case listing
    /// The colour of the bull's-eye in a crop that shows it.
    case closeUp

    /// The name under which results are reported; the two relations are one family.
    package var family: String {
        switch self {
        case .leftOf, .above: "relation"
        case .attribute, .existence, .grounding, .listing, .closeUp: rawValue
        }
    }
}

package enum VisualSearchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A value of the configuration that cannot work.
    case configuration(String)
    /// The folder of photographs cannot be used.
    case photographs(folder: String, problem: String)

    package var description: String {
        switch self {
        case .configuration(let problem): "visual search: \(problem)"
        case .photographs(let folder, let problem):
            "photographs in \(folder): \(problem); give a folder that holds JPEG, PNG or WebP files"
        }
    }
}
