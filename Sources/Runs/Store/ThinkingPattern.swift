import Imaging

/// What a trajectory did with its tools, by rule from boxes and text (DeepEyes, arXiv 2505.14362, section 4.3).
///
/// A crop is the region that a successful call cut out of the first image. It shows a target if it contains the target's centre
/// and covers at most a quarter of the image. Two crops are the same region from an intersection over union of 0.7 on, and
/// different regions below 0.5.
package enum ThinkingPattern: String, Sendable, CaseIterable, Codable {
    /// Crops of different regions until a target is in one: the first crops show none.
    case search
    /// Crops of different regions that show different targets.
    case compare
    /// A crop of what the text before it already names: the given or the right answer.
    case confirm
    /// The same region again.
    case `repeat`
    /// An answer without a crop, although tools were offered.
    case blind

    /// What the pattern is, for pages.
    package var meaning: String {
        switch self {
        case .search: "crops of different regions until a target is in one"
        case .compare: "crops of two or more targets"
        case .confirm: "a crop of what the text already named"
        case .repeat: "the same region again"
        case .blind: "an answer without a crop"
        }
    }
}

extension TrajectoryRecord {
    /// The patterns of the trajectory, in the order of their declaration.
    ///
    /// - Parameter offersTools: whether the question offered tools.
    package func patterns(offersTools: Bool) -> [ThinkingPattern] {
        let cuts = calls.filter(\.isCut)
        guard !cuts.isEmpty else { return offersTools && answer != nil ? [.blind] : [] }
        let crops = cuts.compactMap { $0.image == 0 ? $0.box : nil }
        return ThinkingPattern.allCases.filter { pattern in
            switch pattern {
            case .search: isSearch(crops)
            case .compare: isComparison(crops)
            case .confirm: isConfirmation(beforeSegment: cuts[0].segment)
            case .repeat: isRepetition(crops)
            case .blind: false
            }
        }
    }

    private func isSearch(_ crops: [Rectangle]) -> Bool {
        guard let hit = crops.firstIndex(where: { !targets(in: $0).isEmpty }) else { return false }
        return crops[..<hit].contains { Self.areDifferent($0, crops[hit]) }
    }

    private func isComparison(_ crops: [Rectangle]) -> Bool {
        let shown = crops.map { (crop: $0, targets: targets(in: $0)) }
        return shown.indices.contains { first in
            shown[(first + 1)...].contains { other in
                Self.areDifferent(shown[first].crop, other.crop)
                    && !shown[first].targets.union(other.targets).isSubset(of: shown[first].targets)
                    && !shown[first].targets.union(other.targets).isSubset(of: other.targets)
            }
        }
    }

    private func isRepetition(_ crops: [Rectangle]) -> Bool {
        crops.indices.contains { first in
            crops[(first + 1)...].contains { crops[first].intersectionOverUnion(with: $0) >= 0.7 }
        }
    }

    private func isConfirmation(beforeSegment segment: Int) -> Bool {
        let text = segments[...segment].filter { $0.kind == .completion }.map(\.text).joined(separator: "\n")
        let words = Self.words(text)
        return [answer, expected].compactMap(\.self).contains { candidate in
            let named = Self.words(candidate)
            // Such words are in any text, and name nothing.
            guard !named.isEmpty, !["yes", "no"].contains(named[0]), named.joined().count > 1 else {
                return false
            }
            return words.indices.contains { words[$0...].starts(with: named) }
        }
    }

    private static func words(_ text: String) -> [Substring] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }
    }

    private static func areDifferent(_ one: Rectangle, _ other: Rectangle) -> Bool {
        one.intersectionOverUnion(with: other) < 0.5
    }

    /// The indices of the targets that a crop shows.
    private func targets(in crop: Rectangle) -> Set<Int> {
        guard let image = images.first, crop.area <= Double(image.width * image.height) / 4 else { return [] }
        return Set(
            groundTruthBoxes.indices.filter { index in
                let centre = groundTruthBoxes[index].centre
                return crop.contains(x: centre.x, y: centre.y)
            })
    }
}
