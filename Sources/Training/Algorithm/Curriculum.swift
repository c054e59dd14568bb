import Settings

/// Draws examples that the model sometimes gets right more often than others.
package struct Curriculum: Codable, Hashable, Sendable {
    @Setting(
        "Draw the questions of files by their running pass rate p, with the weight 4·p·(1 − p), instead of in turn. A question that was not asked yet has the weight 1."
    )
    package var isOn = false
    @Setting("The lowest weight, so that no question is lost.", .from(0, to: 1)) package var floor = 0.1
    @Setting("Weight of the newest answers in the running pass rate.", .above(0, atMost: 1))
    package var memory = 0.5

    package init() {}
}
