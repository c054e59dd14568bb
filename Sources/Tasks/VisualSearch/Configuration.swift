/// The configuration of scenes and questions.
///
/// The nano model was trained with the defaults.
package struct VisualSearchConfiguration: Hashable, Sendable, Codable {
    /// Relative frequency of each kind of question; weights need not sum to 1.
    package typealias QuestionWeights = [QuestionKind: Double]

    /// Width and height of a scene in pixels.
    package var canvas = 1120
    /// Canvas pixels per pixel of the model's view; coordinates in answers refer to the view.
    package var viewFactor = 10
    package var objectCount = 3...7
    /// Side of an object in canvas pixels.
    package var objectSize = 120...190
    /// Minimum distance between the centres of two objects (Chebyshev); at least the size of the largest object, so that
    /// objects do not overlap.
    package var minimumDistance = 250
    /// Free space along the edge of the canvas.
    package var margin = 10
    package var shapes = Shape.allCases
    package var colours = [NamedColour].objects
    package var bullsEyeColours = [NamedColour].bullsEyes
    package var bullsEye = BullsEye(radius: 4.5, areas: [1, 3, 4])
    /// Standard deviation of the noise on objects in 8-bit steps, drawn per square of `viewFactor` pixels and per channel. It
    /// hides the remaining trace of the bull's-eye in a downscaled image.
    package var grain = 28.0
    /// Contrast of the procedural background: maximum standard deviation of each of its layers.
    package var backgroundContrast = 14.0
    /// Folder of photographs to use as backgrounds; nil for procedural ones.
    package var photographs: String?
    /// Contrast of a photograph: 1 is unchanged, 0 is plain grey.
    package var photographContrast = 0.6
    package var questions: QuestionWeights = [.attribute: 1]
    /// Number of consecutive questions about one scene.
    package var questionsPerScene = 1
    /// Objects whose centres are closer than this along an axis are not compared along it.
    package var relationMargin = 80
    /// Side of a close-up relative to that of its object; log-uniform.
    package var closeUpSize = 0.3...2.2

    package init() {}

    /// - Throws: `VisualSearchError.configuration` that names the first invalid value.
    package func validate() throws(VisualSearchError) {
        func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws(VisualSearchError) {
            guard condition else { throw .configuration(problem()) }
        }
        let largest = objectSize.upperBound
        try require(objectSize.lowerBound >= 8, "objectSize starts at \(objectSize.lowerBound), below 8")
        try require(margin >= 0, "margin is \(margin), below 0")
        try require(
            canvas >= largest + 2 * margin && canvas <= 16_384,
            "canvas is \(canvas); it must fit an object of \(largest) and be at most 16384")
        try require(
            minimumDistance > largest,
            "minimumDistance is \(minimumDistance); it must exceed the largest object, \(largest)")
        try require(viewFactor >= 1, "viewFactor is \(viewFactor), below 1")
        try require(!shapes.isEmpty && !colours.isEmpty, "shapes or colours is empty")
        try require(bullsEyeColours.count >= 2, "bullsEyeColours has fewer than 2 colours")
        try require(
            objectCount.lowerBound >= 1 && objectCount.upperBound < shapes.count * colours.count,
            "objectCount \(objectCount) is not between 1 and the number of shapes in colours")
        try require(
            bullsEye.radius > 0 && bullsEye.areas.first == 1
                && zip(bullsEye.areas, bullsEye.areas.dropFirst()).allSatisfy { $0 < $1 },
            "bullsEye needs a radius above 0 and increasing areas that start with 1")
        try require(
            2 * bullsEye.outerRadius < Double(objectSize.lowerBound),
            "bullsEye is larger than an object of \(objectSize.lowerBound)")
        try require(
            grain >= 0 && grain.isFinite && backgroundContrast >= 0 && backgroundContrast.isFinite,
            "grain or backgroundContrast is negative, NaN or infinite")
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
            "closeUpSize must start above 0 and be finite")
    }
}

/// The kinds of questions about a scene.
package enum QuestionKind: String, Hashable, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// The colour of the bull's-eye on an object; visible only in a crop.
    case attribute
    case leftOf
    case above
    case existence
    /// Where an object is.
    case grounding
    /// All objects with their positions.
    case listing
    /// The colour of the bull's-eye in a crop that shows it.
    case closeUp

    /// The name under which results are reported; both relations belong to one family.
    package var family: String {
        switch self {
        case .leftOf, .above: "relation"
        case .attribute, .existence, .grounding, .listing, .closeUp: rawValue
        }
    }
}

package enum VisualSearchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A configuration value is invalid.
    case configuration(String)
    /// The folder of photographs is invalid.
    case photographs(folder: String, problem: String)

    package var description: String {
        switch self {
        case .configuration(let problem): "visual search: \(problem)"
        case .photographs(let folder, let problem):
            "photographs in \(folder): \(problem); give a folder with JPEG, PNG or WebP files"
        }
    }
}
