package import Imaging

/// A clockwise rotation by a multiple of 90 degrees, which needs no resampling.
package enum QuarterTurn: Int, Hashable, Sendable, Codable, CaseIterable {
    case upright = 0
    case clockwise = 90
    case half = 180
    case counterclockwise = 270

    /// The rotation by `degrees` clockwise; nil unless it is a multiple of 90.
    package init?(degrees: Double) {
        guard degrees.isFinite, degrees.truncatingRemainder(dividingBy: 90) == 0 else { return nil }
        let remainder = Int(degrees.truncatingRemainder(dividingBy: 360))
        self.init(rawValue: (remainder + 360) % 360)
    }

    /// Degrees clockwise.
    package var degrees: Int { rawValue }

    /// This rotation followed by `other`.
    package func followed(by other: QuarterTurn) -> QuarterTurn {
        QuarterTurn(rawValue: (rawValue + other.rawValue) % 360) ?? .upright
    }

    /// The inverse rotation.
    package var inverse: QuarterTurn { QuarterTurn(rawValue: (360 - rawValue) % 360) ?? .upright }

    /// The size of an image of `size` after the rotation.
    package func applied(to size: ImageSize) -> ImageSize {
        switch self {
        case .upright, .half: size
        case .clockwise, .counterclockwise: ImageSize(width: size.height, height: size.width)
        }
    }

    /// The position of `box` after rotating its image of `width` x `height`.
    package func applied(to box: Rectangle, width: Double, height: Double) -> Rectangle {
        switch self {
        case .upright: box
        case .clockwise: Rectangle(x1: height - box.y2, y1: box.x1, x2: height - box.y1, y2: box.x2)
        case .half:
            Rectangle(x1: width - box.x2, y1: height - box.y2, x2: width - box.x1, y2: height - box.y1)
        case .counterclockwise:
            Rectangle(x1: box.y1, y1: width - box.x2, x2: box.y2, y2: width - box.x1)
        }
    }
}

extension Image {
    /// The rotated image; no pixel is changed.
    package func rotated(_ turn: QuarterTurn) throws -> Image {
        try turn == .upright ? self : rotated(by: -Double(turn.degrees))
    }
}
