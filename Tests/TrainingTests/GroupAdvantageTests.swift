import Testing
import Training

struct GroupAdvantageTests {
    /// By hand: mean 1, unbiased deviation √(2/3·…) of [2, 0, 2, 0] is 2/√3.
    @Test func dividesByTheUnbiasedDeviation() {
        let advantages = GroupAdvantage().advantages(of: [2, 0, 2, 0])
        let expected = 1 / (2 / 3.0.squareRoot() + 1e-6)
        for (advantage, sign) in zip(advantages, [1.0, -1, 1, -1]) {
            #expect(abs(advantage - sign * expected) < 1e-12)
        }
    }

    @Test func equalRewardsGiveNoSignal() {
        #expect(GroupAdvantage().advantages(of: [0.8, 0.8, 0.8]) == [0, 0, 0])
        #expect(!GroupAdvantage.hasSignal([0.8, 0.8, 0.8]))
        #expect(GroupAdvantage.hasSignal([0.8, -0.2]))
    }

    @Test func canLeaveTheDeviationOut() {
        #expect(GroupAdvantage(normalizesByDeviation: false).advantages(of: [2, 0]) == [1, -1])
    }
}
