import Settings

/// Whether a step goes on asking until enough of its groups have a signal (DAPO, arXiv 2503.14476, section 3.2).
package struct DynamicSampling: Codable, Hashable, Sendable {
    @Setting(
        "Rounds of questions in a step at most. Each further round asks as many new questions as groups are missing whose rewards differ; groups without a signal are then left out of the step. 1: every group counts.",
        .atLeast(1)) package var rounds = 1

    package init() {}

    package var isOn: Bool { rounds > 1 }
}

/// Dynamic sampling found nothing to learn from.
package struct NoSignalError: Error, Hashable, CustomStringConvertible {
    package let step: Int
    /// Number of questions that were asked.
    package let questions: Int

    package init(step: Int, questions: Int) {
        self.step = step
        self.questions = questions
    }

    package var description: String {
        "step \(step): none of \(questions) questions got answers with different rewards, so there is nothing to learn from. Ask "
            + "easier or harder questions (deepeyes select keeps those that the model sometimes gets right), raise "
            + "rollout.groupSize, or set algorithm.sampling.rounds=1 to go on without a signal; another run starts from this one "
            + "with --model and its folder"
    }
}
