import Settings
import Testing

private enum Colour: String, SettingChoice {
    case red, green
    var meaning: String { "paints \(rawValue)" }
}

private struct Wall: Codable, Sendable {
    @Setting("Metres.", .above(0)) var height = 2.5
    @Setting("Colour of the paint.") var colour = Colour.red

    init() {}
}

private struct House: Codable, Sendable {
    @Setting("Number of rooms.", .atLeast(2, because: "one is for the bath")) var rooms = 3
    @Setting("The front wall.") var front = Wall()
    @Setting("The other walls.", each: Wall()) var walls: [Wall] = []
    @Setting("Slope of the roof.", .from(0, below: 1)) var slope = 1e-06

    init() {}
}

struct SettingTests {
    private func problem(_ change: (inout House) -> Void) -> String {
        var house = House()
        change(&house)
        do { try SettingTree.check(house, like: House()) } catch { return "\(error.key) \(error.problem)" }
        return "none"
    }

    @Test func everyKeyHasItsMeaningDefaultAndRange() {
        let entries = SettingTree.entries(of: House())
        #expect(
            entries.map(\.key) == [
                "rooms", "front", "front.height", "front.colour", "walls", "walls[].height", "walls[].colour",
                "slope",
            ])
        #expect(entries[0].meaning == "Number of rooms." && entries[0].range == "at least 2")
        #expect(entries.map(\.standard) == ["3", nil, "2.5", "red", "[]", "2.5", "red", "1e-06"])
        #expect(entries[1].isGroup && entries[0].kind == "a whole number" && entries[2].kind == "a number")
        #expect(entries[3].choices.map(\.meaning) == ["paints red", "paints green"])
    }

    @Test func aValueOutsideOfItsRangeIsNamedWithTheRange() {
        #expect(problem { _ in } == "none")
        #expect(problem { $0.rooms = 1 } == "rooms is 1; it must be at least 2: one is for the bath")
        #expect(problem { $0.front.height = 0 } == "front.height is 0; it must be above 0")
        #expect(problem { $0.front.height = .infinity } == "front.height is inf; it must be above 0")
        #expect(problem { $0.slope = .nan } == "slope is nan; it must be at least 0 and below 1")
    }

    @Test func elementsOfAListAreChecked() {
        var low = Wall()
        low.height = -1
        #expect(problem { $0.walls = [Wall(), low] } == "walls[1].height is -1; it must be above 0")
    }

    @Test func aSettingIsEqualToAnotherOfTheSameValue() {
        #expect(Setting(wrappedValue: 3, "rooms") == Setting(wrappedValue: 3, "floors"))
        #expect(Setting(wrappedValue: 3, "rooms") != Setting(wrappedValue: 4, "rooms"))
    }
}

struct NearestNameTests {
    private static let names = ["train", "evaluate", "serve", "groupSize", "maximumTokens", "sft"]

    @Test(arguments: [
        ("trian", "train"), ("tran", "train"), ("evalute", "evaluate"), ("servr", "serve"),
        ("groupsize", "groupSize"), ("group_size", "groupSize"), ("maxTokens", nil), ("fts", nil), ("x", nil),
    ])
    func aTypingMistakeIsRecognized(typed: String, meant: String?) {
        #expect(NearestName.of(typed, among: Self.names) == meant)
    }

    @Test func nothingIsAskedWhereNothingIsSimilar() {
        #expect(NearestName.question("trian", among: Self.names) == ". Did you mean train?")
        #expect(NearestName.question("zebra", among: Self.names).isEmpty)
    }
}
