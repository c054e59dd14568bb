import Agent
import Imaging
import Models
import NanoBase
import Tasks
import Testing
import Training

/// Lessons of several looks, and of text alone.
extension LessonTests {
    /// What crops show is learned, and the answer that follows; the calls that made them are not.
    @Test func comparingIsTaughtWithoutTheCalls() throws {
        let pairs = try (0..<60).flatMap { try lessons.lessons(ofScene: $0, counts { $0.pair = 1 }) }
        for lesson in pairs {
            let (learned, count) = (completions(lesson), crops(lesson).count)
            #expect(!learned.contains("<tool_call>"))
            let colours = learned.matches(of: /It is (\w+)\./).map { String($0.1) }
            #expect(colours.count == count)
            let answer = try #require(Markup.answer(in: learned))
            if count == 2 {
                #expect(answer == (colours[0] == colours[1] ? "yes" : "no"))
            } else {
                let all = texts(lesson)[0].joined()
                let names = all.matches(of: /Look at the ([a-z ]+)\./).map { String($0.1) }
                let odd = colours.firstIndex { colour in colours.count { $0 == colour } == 1 }
                #expect(answer == names[try #require(odd)])
            }
        }
        #expect(Set(pairs.map { crops($0).count }) == [2, 3])
    }

    /// The parts of a given turn are the tokens of the whole turn.
    @Test func aGivenTurnIsTokenizedAsTheModelWritesIt() throws {
        var turns = 0
        let all = try (0..<8).flatMap {
            try lessons.lessons(
                ofScene: $0,
                counts {
                    $0.pair = 2
                    $0.inside = 2
                })
        }
        for branch in all.flatMap(\.tree.branches) {
            var tokens: [Int32] = []
            for segment in branch.segments.dropFirst() {
                guard segment.images.isEmpty else {
                    let text = model.format.text(of: tokens)
                    #expect(model.format.completion(text, finish: .toolCall).tokens == tokens)
                    (tokens, turns) = ([], turns + 1)
                    continue
                }
                tokens += segment.tokens
            }
        }
        #expect(turns > 40)
    }

    /// The habit looks at any of the objects any number of times, whatever it has seen.
    @Test func theHabitOfComparisonsPrefersNoObject() throws {
        let comparisons = try (0..<400).flatMap {
            try lessons.lessons(ofScene: $0, counts { $0.comparison = 1 })
        }
        let looks = comparisons.map { lesson in
            completions(lesson).matches(of: /Look at the ([a-z ]+)\./).map { String($0.1) }
        }
        #expect(zip(comparisons, looks).allSatisfy { crops($0).count == $1.count })
        #expect(looks.count(where: \.isEmpty) > looks.count / 3)
        let twice = looks.filter { $0.count == 2 }
        let changes = twice.count { $0[0] != $0[1] }
        #expect(twice.count > 30 && changes > twice.count / 4 && changes < twice.count * 3 / 4)
    }

    /// After a region that shows the object and after one that does not, the habit makes the same moves.
    @Test func searchIsTaughtApart() throws {
        let scenes = try VisualSearch(configuration.task, seed: configuration.seed, split: .training)
        #expect(scenes.configuration.canvas == 1120)
        var moves: [Bool: Set<String>] = [:]
        for index in 0..<200 {
            for lesson in try lessons.lessons(ofScene: index, counts { $0.inside = 1 }) {
                let learned = completions(lesson)
                for match in learned.matches(
                    of: /Is there a [\w ]+\? (yes|no)\.( Look for it\.| Look closer\.)?/)
                {
                    moves[match.1 == "yes", default: []].insert(String(match.2 ?? ""))
                }
            }
        }
        let all: Set = ["", " Look for it.", " Look closer."]
        #expect(moves == [true: all, false: all])
        let regions = try (0..<60).flatMap { try lessons.lessons(ofScene: $0, counts { $0.region = 1 }) }
        #expect(regions.contains { crops($0).isEmpty } && regions.contains { crops($0).count > 1 })
        #expect(regions.allSatisfy { crops($0).count <= 4 })
    }

    /// What the object suggests is named first, in text before a call as well.
    @Test func confirmationsNameTheSuggestionFirst() throws {
        let confirmations = try (0..<60).flatMap {
            try lessons.lessons(ofScene: $0, counts { $0.confirmation = 1 })
        }
        let written = confirmations.map { texts($0)[0] }
        #expect(written.allSatisfy { $0[1].contains("<think>It looks ") })
        #expect(written.contains { $0[1].contains("<tool_call>") })
        #expect(written.contains { !$0[1].contains("<tool_call>") })
    }

    /// Only the box is learned, around the object that the thought names, and nothing follows.
    @Test func aimingTeachesTheBoxOfANamedObject() throws {
        let scenes = try VisualSearch(configuration.task, seed: configuration.seed, split: .training)
        var count = 0
        for index in 0..<8 {
            for lesson in try lessons.lessons(ofScene: index, counts { $0.aim = 3 }) {
                for (texts, box) in zip(texts(lesson), lesson.boxes) {
                    let name = try #require(texts[1].firstMatch(of: /Look at the ([a-z ]+)\./)).1
                    #expect(texts[0].contains("the \(name)"))
                    let object = try #require(scenes.scene(at: index).objects.first { $0.name == name })
                    #expect(
                        try #require(box).intersectionOverUnion(with: object.box.scaled(x: 0.1, y: 0.1))
                            > 0.999)
                    #expect(texts.count == 3 && texts[2].wholeMatch(of: /\d+, \d+, \d+, \d+/) != nil)
                    count += 1
                }
            }
        }
        #expect(count == 24)
    }

    /// Text alone: names that are learned stand in the question, and verdicts follow from the two colours before them.
    @Test func whatIsLearnedFromTextAloneFollowsFromIt() throws {
        let recalled = try (0..<10).flatMap { try lessons.lessons(ofScene: $0, counts { $0.recall = 8 }) }
        var (starts, names, verdicts): (Set<Substring>, Int, [Substring: Int]) = ([], 0, [:])
        for lesson in recalled {
            #expect(lesson.tree.prompt.images.isEmpty)
            for (branch, texts) in zip(lesson.tree.branches, texts(lesson)) {
                starts.insert(texts[0].firstMatch(of: /user\n(\w+)/)?.1 ?? "")
                var before = ""
                for (segment, text) in zip(branch.segments, texts) {
                    defer { before += text }
                    guard segment.kind == .completion else { continue }
                    if let verdict = text.firstMatch(of: /^>(yes|no)$/) {
                        let colours = before.matches(of: /It is (\w+)\./).suffix(2).map(\.1)
                        #expect((colours[0] == colours[1]) == (verdict.1 == "yes"))
                        verdicts[verdict.1, default: 0] += 1
                    } else {
                        #expect(texts[0].contains(text))
                        names += 1
                    }
                }
                // The parts are the tokens of the whole text.
                let tokens = branch.segments.dropFirst().flatMap(\.tokens)
                let whole = model.format.completion(model.format.text(of: tokens), finish: .toolCall)
                #expect(whole.tokens == tokens)
                // A colour that is given is followed by the shape that follows it in the question.
                for name in texts.dropFirst().joined().matches(of: /the ([a-z]+ [a-z]+)\./) {
                    #expect(texts[0].contains("the \(name.1)"))
                }
            }
        }
        #expect(starts == ["Do", "Whose", "Find", "the", "Is"])
        #expect(names > 300 && (verdicts["yes"] ?? 0) > 30 && (verdicts["no"] ?? 0) > 30)
    }

    /// Whether each of several objects is in a region is learned; their names are given.
    @Test func presenceIsTaughtOfObjectsThatAreThereAndOthers() throws {
        var answers: [String] = []
        for lesson in try (0..<30).flatMap({ try lessons.lessons(ofScene: $0, counts { $0.presence = 2 }) }) {
            for branch in lesson.tree.branches {
                let learned = branch.segments.filter { $0.kind == .completion }
                answers += learned.map { model.format.text(of: $0.tokens) }
                #expect(branch.segments.flatMap(\.images).count == 1)
            }
        }
        #expect(Set(answers) == [" yes.", " no."])
        #expect(answers.count > 100 && answers.count { $0 == " yes." } > answers.count / 4)
    }
}
