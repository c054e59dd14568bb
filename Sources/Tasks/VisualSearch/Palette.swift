package import Imaging

/// A colour with its name in questions and answers.
package struct NamedColour: Hashable, Sendable, Codable {
    package let name: String
    package let value: RGB

    package init(name: String, value: RGB) {
        self.name = name
        self.value = value
    }
}

extension [NamedColour] {
    /// The colours of objects.
    package static let objects: [NamedColour] = [
        NamedColour(name: "red", value: RGB(red: 210, green: 45, blue: 45)),
        NamedColour(name: "green", value: RGB(red: 45, green: 165, blue: 60)),
        NamedColour(name: "blue", value: RGB(red: 45, green: 70, blue: 210)),
        NamedColour(name: "yellow", value: RGB(red: 215, green: 205, blue: 45)),
        NamedColour(name: "purple", value: RGB(red: 135, green: 45, blue: 165)),
        NamedColour(name: "orange", value: RGB(red: 215, green: 125, blue: 45)),
        NamedColour(name: "cyan", value: RGB(red: 45, green: 200, blue: 210)),
        NamedColour(name: "white", value: RGB(red: 215, green: 215, blue: 215)),
    ]

    /// The colours of bull's-eyes: the corners of a cube around (150, 150, 150), so that each colour's complement is also one
    /// of them.
    package static let bullsEyes: [NamedColour] = [
        NamedColour(name: "black", value: RGB(red: 50, green: 50, blue: 50)),
        NamedColour(name: "blue", value: RGB(red: 50, green: 50, blue: 250)),
        NamedColour(name: "green", value: RGB(red: 50, green: 250, blue: 50)),
        NamedColour(name: "cyan", value: RGB(red: 50, green: 250, blue: 250)),
        NamedColour(name: "red", value: RGB(red: 250, green: 50, blue: 50)),
        NamedColour(name: "magenta", value: RGB(red: 250, green: 50, blue: 250)),
        NamedColour(name: "yellow", value: RGB(red: 250, green: 250, blue: 50)),
        NamedColour(name: "white", value: RGB(red: 250, green: 250, blue: 250)),
    ]
}

extension RGB {
    /// The colour whose mean with this one is (150, 150, 150), clamped to 8 bits.
    package var complement: RGB {
        RGB(
            red: UInt8(clamping: 300 - Int(red)), green: UInt8(clamping: 300 - Int(green)),
            blue: UInt8(clamping: 300 - Int(blue)))
    }
}
