import Testing
import Training

// example:begin
extension Advantage {
    /// The members of the group that each beats, less those that beat it, out of all others.
    ///
    /// From -1 to 1 and 0 in the mean, whatever the scale of the rewards: one outlier does not shrink the differences
    /// between all others, as it does where a deviation is divided by.
    ///
    /// - Parameter rewards: of a group of at least two. [trajectory]
    static func ranks(of rewards: [Double]) -> [Double] {
        rewards.map { own in
            let beaten = rewards.count { $0 < own }
            let better = rewards.count { $0 > own }
            return Double(beaten - better) / Double(rewards.count - 1)
        }
    }
}
// example:end

@Suite struct AddAnAlgorithmTests {
    // MARK: The page

    @Test func thePageShowsTheExample() throws { try Guide("AddAnAlgorithm").expectExample() }

    @Test func itsChangesFitTheSources() throws { try Guide("AddAnAlgorithm").expectChanges(fitting: 4) }

    // MARK: The advantage

    /// By hand, of five: the best beats 4; two that tie beat 2 and lose to 1; the fourth beats 1 and loses to 3.
    @Test func advantagesAreRanks() {
        #expect(Advantage.ranks(of: [2, 0.8, 0.8, -0.2, -7]) == [1, 0.25, 0.25, -0.5, -1])
        #expect(Advantage.ranks(of: [0, 0, 0, 0, 1]) == [-0.25, -0.25, -0.25, -0.25, 1])
    }

    @Test func theyAddUpToNothing() {
        #expect(Advantage.ranks(of: [3, 1, 4, 1, 5, 9, 2, 6, 5]).reduce(0, +) == 0)
    }

    @Test func onlyTheOrderOfRewardsMatters() {
        let rewards = [0.8, -0.2, 2, 0]
        #expect(Advantage.ranks(of: rewards.map { $0 * $0 * $0 }) == Advantage.ranks(of: rewards))
    }

    @Test func equalRewardsHaveNoAdvantage() {
        #expect(Advantage.ranks(of: [0.8, 0.8, 0.8]) == [0, 0, 0])
    }
}
