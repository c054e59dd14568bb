import Testing
import Training

struct PromptOrderTests {
    private let off = Curriculum()

    private var on: Curriculum {
        var curriculum = Curriculum()
        curriculum.isOn = true
        return curriculum
    }

    @Test func promptsComeInTurn() {
        var order = PromptOrder()
        #expect(order.next(3, of: nil, by: off, seed: 1) == [0, 1, 2])
        #expect(order.next(2, of: 4, by: off, seed: 1) == [3, 4])
        #expect(order.position == 5)
    }

    @Test func aCurriculumAsksForWhatIsSometimesRight() {
        var order = PromptOrder()
        func group(_ index: Int, rewards: [Double?]) -> TrajectoryGroup {
            let group = SampleGroups.group(rewards: rewards)
            return TrajectoryGroup(example: group.example, index: index, members: group.members)
        }
        // Of forty examples only the first four are sometimes right.
        for index in 0..<40 {
            order.observe([group(index, rewards: index < 4 ? [1, 0] : [1, 1])], examples: 40, by: on)
        }
        var asked: [Int: Int] = [:]
        for _ in 0..<200 {
            let indices = order.next(4, of: 40, by: on, seed: 7)
            #expect(Set(indices).count == 4)
            for index in indices { asked[index, default: 0] += 1 }
        }
        let hard = (0..<4).map { asked[$0] ?? 0 }
        let easy = (4..<40).map { asked[$0] ?? 0 }
        #expect(hard.min().map { $0 > 3 * (easy.max() ?? 0) } == true, "\(hard) and \(easy)")
        #expect(easy.count { $0 > 0 } > 30, "no example is lost")
    }

    /// Each draw is a function of seed and position, so that a resumed run asks the same.
    @Test func drawsAreRepeatable() {
        var (one, other) = (PromptOrder(), PromptOrder())
        for _ in 0..<3 {
            #expect(one.next(5, of: 20, by: on, seed: 3) == other.next(5, of: 20, by: on, seed: 3))
        }
        var third = PromptOrder()
        #expect(third.next(5, of: 20, by: on, seed: 4) != PromptOrder().drawn(5, of: 20, by: on, seed: 3))
    }
}

extension PromptOrder {
    fileprivate func drawn(_ count: Int, of examples: Int, by curriculum: Curriculum, seed: UInt64) -> [Int] {
        var copy = self
        return copy.next(count, of: examples, by: curriculum, seed: seed)
    }
}
