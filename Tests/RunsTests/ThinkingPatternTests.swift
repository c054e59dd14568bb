import Imaging
import Runs
import TestFixtures
import Testing

/// What a trajectory did with its tools, by hand: an image of 1000 x 1000 with targets around (200, 200) and (800, 800).
struct ThinkingPatternTests {
    private let first = Rectangle(150, 150, 250, 250)
    private let second = Rectangle(750, 750, 850, 850)
    /// Shows neither.
    private let elsewhere = Rectangle(400, 100, 550, 250)

    private func patterns(
        _ crops: [Rectangle], targets: [Rectangle], thoughts: String = "Look closer.",
        answer: String? = "red",
        expected: String = "red", offersTools: Bool = true
    ) -> [ThinkingPattern] {
        var record = TrajectoryRecord.sample(step: 1, callCount: 0)
        record.images = [ImageReference(.file(path: "a.png"), width: 1000, height: 1000)]
        record.groundTruthBoxes = targets
        (record.answer, record.expected) = (answer, expected)
        record.segments = [SegmentRecord(kind: .prompt, text: "What?", tokens: [1])]
        record.calls = crops.enumerated().map { index, crop in
            record.segments.append(
                SegmentRecord(kind: .completion, text: index == 0 ? thoughts : "Again.", tokens: [2]))
            return CallRecord(
                segment: record.segments.count - 1, name: "image_zoom_in_tool", arguments: "{}", image: 0,
                box: crop, viewBox: crop)
        }
        return record.patterns(offersTools: offersTools)
    }

    @Test func aCropOfTheTargetHasNoPattern() {
        #expect(patterns([first], targets: [first]) == [])
    }

    @Test func aSearchMissesBeforeItHits() {
        #expect(patterns([elsewhere, first], targets: [first]) == [.search])
        #expect(patterns([elsewhere, second], targets: [first]) == [])
        #expect(patterns([first, elsewhere], targets: [first]) == [])
    }

    @Test func aComparisonShowsTwoTargetsInTwoCrops() {
        #expect(patterns([first, second], targets: [first, second]) == [.compare])
        #expect(patterns([first, elsewhere], targets: [first, second]) == [])
        #expect(patterns([elsewhere, first, second], targets: [first, second]) == [.search, .compare])
        // The other half of the image shows nothing closer.
        #expect(patterns([Rectangle(0, 0, 1000, 1000), first], targets: [first, second]) == [.search])
    }

    @Test func theSameRegionAgainIsARepetition() {
        #expect(patterns([first, Rectangle(155, 150, 255, 250)], targets: [first]) == [.repeat])
        #expect(patterns([first, Rectangle(200, 150, 300, 250)], targets: [first]) == [])
    }

    @Test func aConfirmationNamesTheAnswerBefore() {
        #expect(patterns([first], targets: [first], thoughts: "It looks RED.") == [.confirm])
        #expect(patterns([first], targets: [first], thoughts: "It looks reddish.") == [])
        #expect(
            patterns([first], targets: [first], thoughts: "Perhaps blue.", answer: "red", expected: "blue")
                == [.confirm])
        #expect(patterns([first], targets: [first], thoughts: "No.", answer: "no", expected: "yes") == [])
    }

    @Test func anAnswerWithoutACropIsBlind() {
        #expect(patterns([], targets: [first]) == [.blind])
        #expect(patterns([], targets: [first], answer: nil) == [])
        #expect(patterns([], targets: [first], offersTools: false) == [])
    }

    @Test func patternsAreStoredAndFiltered() throws {
        let folder = try TemporaryFolder()
        let store = try TrajectoryStore(at: folder.file("run.sqlite"))
        var (searching, blind) = (
            TrajectoryRecord.sample(step: 1, sample: 0), TrajectoryRecord.sample(step: 1, sample: 1)
        )
        searching.patterns = [.search, .repeat]
        blind.patterns = [.blind]
        try store.insert([searching, blind])
        #expect(try store.patterns() == [.search, .repeat, .blind])
        let found = try store.trajectories(TrajectoryFilter(pattern: .search), limit: 5)
        #expect(found.map(\.sample) == [0] && found[0].patterns == [.search, .repeat])
        #expect(try store.count(TrajectoryFilter(pattern: .compare)) == 0)
    }
}
