import Agent
import Runs
import Tasks
import Testing
import Training

struct AlgorithmTests {
    // MARK: Advantage

    /// By hand: mean 1, unbiased deviation of [2, 0, 2, 0] is 2/√3.
    @Test func dividesByTheUnbiasedDeviation() {
        let advantages = Advantage.groupDeviation.advantages(of: [[2, 0, 2, 0]])[0]
        let expected = 1 / (2 / 3.0.squareRoot() + 1e-6)
        for (advantage, sign) in zip(advantages, [1.0, -1, 1, -1]) {
            #expect(abs(advantage - sign * expected) < 1e-12)
        }
    }

    @Test(arguments: Advantage.allCases) func equalRewardsGiveNoSignal(_ advantage: Advantage) {
        #expect(advantage.advantages(of: [[0.8, 0.8, 0.8], []]) == [[0, 0, 0], []])
    }

    @Test func aSignalIsADifference() {
        #expect(!Advantage.hasSignal([0.8, 0.8, 0.8]))
        #expect(Advantage.hasSignal([0.8, -0.2]))
    }

    @Test func canLeaveTheDeviationOut() {
        #expect(Advantage.groupMean.advantages(of: [[2, 0], [4, 1, 1]]) == [[1, -1], [2, -1, -1]])
    }

    // MARK: Groups

    @Test func aTrajectoryWithoutAVerdictTakesNoPartInItsGroup() {
        let groups = Algorithm().withAdvantages([SampleGroups.group(rewards: [1, nil, 0])])
        #expect(groups[0].members.map { $0.advantage > 0 } == [true, false, false])
        #expect(groups[0].members.map { $0.advantage < 0 } == [false, false, true])
        #expect(groups[0].members[0].record.advantage == groups[0].members[0].advantage)
    }

    @Test func groupsWithoutSignalAreLeftOutAndCounted() {
        let groups = Algorithm().withAdvantages([
            SampleGroups.group(rewards: [1, 0], tokens: [3, 5]),
            SampleGroups.group(rewards: [1, 1], tokens: [7, 11]),
        ])
        let (trees, divisor) = Algorithm().trees(of: groups)
        #expect(trees.map(\.branches.count) == [2])
        #expect(divisor == 26)
        var all = Algorithm()
        all.mask.groups = .all
        #expect(all.trees(of: groups).trees.map(\.branches.count) == [2, 2])
    }

    // MARK: Normalizers

    /// The weight of each token's loss in the loss of the step: factor by divisor, by hand.
    @Test func normalizersWeighTokensAsTheirFormulasSay() {
        let groups = Algorithm().withAdvantages([SampleGroups.group(rewards: [1, 0], tokens: [2, 6])])
        func weights(_ normalizer: Normalizer) -> [Double] {
            [2, 6].map { normalizer.factor(completionTokens: $0) / normalizer.divisor(of: groups) }
        }
        #expect(weights(Normalizer(.stepTokens)) == [0.125, 0.125])
        let (half, sixth) = (0.5 / 2, (1.0 / 6.0) / 2)
        #expect(weights(Normalizer(.sequence)) == [half, sixth])
        #expect(weights(Normalizer(.constant, tokens: 64)) == [0.0078125, 0.0078125])
    }

    @Test func branchesCarryAdvantageFactorAndTrajectory() {
        var algorithm = Algorithm()
        algorithm.normalizer = Normalizer(.sequence)
        algorithm.advantage = .groupMean
        let groups = algorithm.withAdvantages([SampleGroups.group(rewards: [1, 0], tokens: [2, 5])])
        let branches = algorithm.trees(of: groups).trees[0].branches
        #expect(branches.map(\.weight) == [0.5 / 2, -0.5 / 5])
        #expect(branches.map(\.id) == [TrajectoryID(group: 0, sample: 0), TrajectoryID(group: 0, sample: 1)])
    }
}
