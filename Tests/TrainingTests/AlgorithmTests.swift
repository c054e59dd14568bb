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

    @Test(arguments: [Advantage.groupDeviation, .groupMean, .leaveOneOut, .whitenedGroupMean])
    func equalRewardsGiveNoSignal(_ advantage: Advantage) {
        #expect(advantage.advantages(of: [[0.8, 0.8, 0.8], []]) == [[0, 0, 0], []])
    }

    @Test func aSignalIsADifference() {
        #expect(!Advantage.hasSignal([0.8, 0.8, 0.8]))
        #expect(Advantage.hasSignal([0.8, -0.2]))
    }

    @Test func canLeaveTheDeviationOut() {
        #expect(Advantage.groupMean.advantages(of: [[2, 0], [4, 1, 1]]) == [[1, -1], [2, -1, -1]])
    }

    /// By hand: the others of [3, 0, 0] have the means 0, 1.5 and 1.5.
    @Test func comparesWithTheOthers() {
        #expect(Advantage.leaveOneOut.advantages(of: [[3, 0, 0]]) == [[3, -1.5, -1.5]])
    }

    /// By hand: group means leave 1, -1, 2, -2, whose unbiased variance is 10 / 3.
    @Test func whitensOverTheStep() {
        let advantages = Advantage.whitenedGroupMean.advantages(of: [[2, 0], [4, 0]]).flatMap(\.self)
        let scale = 1 / (10.0 / 3 + 1e-8).squareRoot()
        for (found, expected) in zip(advantages, [scale, -scale, 2 * scale, -2 * scale]) {
            #expect(abs(found - expected) < 1e-12)
        }
    }

    /// Longer trajectories count more in mean and variance: whitening is over tokens.
    @Test func whitensOverTokens() {
        let groups = [[RewardedTokens(reward: 1, count: 3), RewardedTokens(reward: 0, count: 1)]]
        let estimates = Advantage.whitenedReturn.estimates(of: groups)[0]
        let scale = 1 / (0.25 + 1e-8).squareRoot()
        #expect(zip(estimates[0].advantages, [0.25, 0.25, 0.25]).allSatisfy { abs($0 - $1 * scale) < 1e-12 })
        #expect(abs(estimates[1].advantages[0] + 0.75 * scale) < 1e-12)
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
        func weights(_ normalizer: Normalizer) -> [Double] {
            [2, 6].map {
                normalizer.factor(completionTokens: $0) / normalizer.divisor(completionTokens: [2, 6])
            }
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
        #expect(branches.map(\.weights) == [[0.25, 0.25], Array(repeating: -0.1, count: 5)])
        #expect(branches.map(\.id) == [TrajectoryID(group: 0, sample: 0), TrajectoryID(group: 0, sample: 1)])
    }

    // MARK: Masks

    /// A trajectory that a limit ended counts in its group's advantages, but not in the loss or its divisor.
    @Test func trajectoriesThatALimitEndedCanBeLeftOut() {
        let groups = Algorithm().withAdvantages([
            SampleGroups.group(
                rewards: [1, 0, 0], tokens: [3, 5, 7], finishes: [.answered, .turnLimit, .lengthLimit])
        ])
        func counted(_ change: (inout TrainingMask) -> Void) -> (branches: Int, divisor: Double) {
            var algorithm = Algorithm()
            change(&algorithm.mask)
            let (trees, divisor) = algorithm.trees(of: groups)
            return (trees[0].branches.count, divisor)
        }
        #expect(counted { _ in } == (3, 15))
        #expect(counted { $0.overTurn = true } == (2, 10))
        #expect(counted { $0.overLength = true } == (2, 8))
    }

    @Test func termsBesideTheAdvantageNeedAllGroups() {
        var algorithm = Algorithm()
        algorithm.entropy.coefficient = 0.01
        let groups = algorithm.withAdvantages([SampleGroups.group(rewards: [1, 1])])
        #expect(algorithm.trees(of: groups).trees.map(\.branches.count) == [2])
        #expect(Algorithm().trees(of: groups).trees.isEmpty)
    }

    // MARK: Terms

    @Test func theEntropyTermFollowsTheEntropy() {
        #expect(EntropyTerm(coefficient: 0.01).weight(at: 2) == 0.01)
        let adaptive = EntropyTerm(coefficient: 0.03, .adaptive, target: 0.9)
        #expect(abs(adaptive.weight(at: 0.4) - 0.015) < 1e-12)
        #expect(adaptive.weight(at: 1) == 0)
    }

    // MARK: Updates

    @Test func eachEpochTrainsOnEveryGroupOnce() {
        #expect(UpdatePlan().parts(of: 3, seed: 1, step: 0) == [[0, 1, 2]])
        let parts = UpdatePlan(epochs: 2, miniBatches: 3).parts(of: 8, seed: 1, step: 4)
        #expect(parts.map(\.count) == [2, 3, 3, 2, 3, 3])
        let epochs = [parts[..<3], parts[3...]].map { $0.flatMap(\.self) }
        #expect(epochs.allSatisfy { $0.sorted() == Array(0..<8) } && epochs[0] != epochs[1])
        #expect(UpdatePlan(miniBatches: 4).parts(of: 2, seed: 1, step: 0).flatMap(\.self).sorted() == [0, 1])
    }

    // MARK: Names

    /// A name is more than a label: no two stand for the same parts, except that one keeps the gradient of another.
    @Test func namesStandForDifferentParts() {
        let parts = AlgorithmName.allCases.map { name in
            var algorithm = name.algorithm
            #expect(algorithm.name == name)
            algorithm.name = .grpo
            return algorithm
        }
        #expect(Set(parts).count == parts.count)
        #expect(parts[0] == Algorithm())
    }
}
