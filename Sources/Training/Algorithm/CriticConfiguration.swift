import Settings

/// The critic of an algorithm that needs the value of each token.
package struct CriticConfiguration: Codable, Hashable, Sendable {
    package enum Trunk: String, Codable, Hashable, Sendable, CaseIterable, SettingChoice {
        case own, shared

        package var meaning: String {
            switch self {
            case .own: "a second model that starts from the same checkpoint, with an optimizer of its own"
            case .shared: "a linear head on the hidden states of the policy, trained with it"
            }
        }
    }

    @Setting("The model below the value head.") package var trunk = Trunk.own
    @Setting("`own`: the peak learning rate; the schedule is the optimizer's.", .above(0))
    package var learningRate = 1e-5
    @Setting("`shared`: weight of the value loss beside the policy loss.", .above(0))
    package var coefficient = 0.5
    @Setting("Change of a value in a step beyond which its loss has no gradient.", .above(0))
    package var clip = 0.5
    @Setting(
        "Steps that train the critic alone, before the policy; of a shared model only the value head.",
        .atLeast(0)) package var warmUpSteps = 0

    package init() {}
}
