package import Settings

/// The configuration of scenes and questions.
///
/// The nano model was trained with the defaults.
package struct VisualSearchConfiguration: Hashable, Sendable, Codable {
    /// Relative frequency of each kind of question; weights need not sum to 1.
    package typealias QuestionWeights = [QuestionKind: Double]

    @Setting("Width and height of a scene in pixels.", .from(1, to: 16_384)) package var canvas = 1120
    @Setting(
        "Canvas pixels per pixel of the model's view; coordinates in answers refer to the view.", .atLeast(1))
    package var viewFactor = 10
    @Setting("Fewest and most objects of a scene.") package var objectCount = 3...7
    @Setting("Smallest and largest side of an object in canvas pixels.") package var objectSize = 120...190
    @Setting(
        "Minimum distance between the centres of two objects, along x or y; more than the largest object, so that objects do not overlap.",
        .atLeast(1))
    package var minimumDistance = 250
    @Setting("Free pixels along the edge of the canvas.", .atLeast(0)) package var margin = 10
    @Setting(
        "Probability that the objects of a scene have one colour as far as the shapes suffice, so that only its shape tells one from the others.",
        .from(0, to: 1)) package var distractors = 0.0
    @Setting("Shapes of objects.") package var shapes = Shape.allCases
    @Setting("Colours of objects: each a `name` and a `value` of `red`, `green` and `blue`.")
    package var colours = [NamedColour].objects
    @Setting("Colours of the bull's-eye on an object.") package var bullsEyeColours = [NamedColour].bullsEyes
    @Setting(
        "Probability that a bull's-eye has the first of these colours and not a random one; guessing that colour is then right at least as often.",
        .from(0, to: 1)) package var commonBullsEye = 0.0
    @Setting("The bull's-eye on an object: the detail that only a crop shows.")
    package var bullsEye = BullsEye(radius: 4.5, areas: [1, 3, 4])
    @Setting(
        "Standard deviation of the noise on objects in 8-bit steps, drawn per square of `viewFactor` pixels and per channel; it hides the remaining trace of the bull's-eye in a downscaled image.",
        .atLeast(0))
    package var grain = 28.0
    @Setting(
        "Contrast of the procedural background: maximum standard deviation of each of its layers.",
        .atLeast(0))
    package var backgroundContrast = 14.0
    /// Folder of photographs to use as backgrounds; nil for procedural ones.
    package var photographs: String?
    @Setting("Contrast of a photograph: 1 is unchanged, 0 is plain grey.", .from(0, to: 1))
    package var photographContrast = 0.6
    @Setting("Relative frequency of each kind of question; the weights need not sum to 1.")
    package var questions: QuestionWeights = [.attribute: 1]
    @Setting("Number of consecutive questions about one scene.", .atLeast(1))
    package var questionsPerScene = 1
    @Setting(
        "Objects whose centres are closer than this along an axis are not compared along it.", .atLeast(0))
    package var relationMargin = 80
    @Setting("Side of a close-up relative to that of its object; log-uniform.")
    package var closeUpSize = 0.3...2.2

    package init() {}

    /// - Throws: `SettingError` that names the first invalid value.
    package func validate() throws(SettingError) {
        func require(
            _ condition: Bool, _ key: String, _ problem: @autoclosure () -> String
        ) throws(SettingError) {
            guard condition else { throw SettingError(key, problem()) }
        }
        try SettingTree.check(self, like: VisualSearchConfiguration())
        let (smallest, largest) = (objectSize.lowerBound, objectSize.upperBound)
        try require(smallest >= 8, "objectSize", "starts at \(smallest); it must start at 8 or more")
        try require(
            canvas >= largest + 2 * margin, "canvas", "is \(canvas); it must fit an object of \(largest)")
        try require(
            minimumDistance > largest, "minimumDistance",
            "is \(minimumDistance); it must exceed the largest object, \(largest)")
        try require(!shapes.isEmpty, "shapes", "is empty; name at least one")
        try require(!colours.isEmpty, "colours", "is empty; give at least one")
        try require(bullsEyeColours.count >= 2, "bullsEyeColours", "must have at least 2 colours")
        let kindCount = shapes.count * colours.count
        try require(
            objectCount.lowerBound >= 1 && objectCount.upperBound < kindCount, "objectCount",
            "is \(objectCount.lowerBound) to \(objectCount.upperBound); it must be at least 1 and below "
                + "the number of shapes in colours, \(kindCount)")
        try require(
            bullsEye.areas.first == 1
                && zip(bullsEye.areas, bullsEye.areas.dropFirst()).allSatisfy { $0 < $1 },
            "bullsEye.areas", "must start with 1 and increase")
        try require(
            2 * bullsEye.outerRadius < Double(smallest), "bullsEye.radius",
            "makes a bull's-eye that is larger than an object of \(smallest)")
        try require(
            questions.values.allSatisfy { $0 >= 0 && $0.isFinite } && questions.values.contains { $0 > 0 },
            "questions", "needs weights of 0 or more, at least one above 0")
        for kind in QuestionKind.allCases where questions[kind, default: 0] > 0 {
            try require(
                objectCount.lowerBound >= kind.objectCount, "objectCount",
                "starts at \(objectCount.lowerBound); questions of the kind \(kind.rawValue) need at least "
                    + "\(kind.objectCount)")
        }
        try require(
            relationMargin <= minimumDistance, "relationMargin",
            "is \(relationMargin); it must not exceed minimumDistance, \(minimumDistance)")
        try require(
            closeUpSize.lowerBound > 0 && closeUpSize.upperBound.isFinite, "closeUpSize",
            "must start above 0 and be finite")
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
    /// Whether the bull's-eyes on two objects have the same colour; visible only in crops of both.
    case compare
    /// Which of three objects has a bull's-eye of another colour than the other two.
    case oddOneOut
    /// The colour of the bull's-eye on an object in a scene of twice the side: a crop of a region shows the object, another its
    /// bull's-eye.
    case search
    /// The colour of the bull's-eye on an object whose own colour suggests an answer, which is right in half of the cases.
    case confirm

    /// The name under which results are reported; both relations belong to one family.
    package var family: String {
        switch self {
        case .leftOf, .above: "relation"
        default: rawValue
        }
    }

    /// Whether the question can only be answered with a closer look; it offers the zoom tool.
    package var needsTool: Bool { self == .attribute || Self.severalLooks.contains(self) }

    /// The kinds that may need more than one look.
    package static let severalLooks: [QuestionKind] = [.compare, .oddOneOut, .search, .confirm]

    /// The fewest objects that a scene must have.
    package var objectCount: Int {
        switch self {
        case .leftOf, .above, .compare: 2
        case .oddOneOut: 3
        default: 1
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
