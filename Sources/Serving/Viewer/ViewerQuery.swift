import Foundation
import Hummingbird
import HummingbirdCore
import Runs

/// The query parameters of a request.
struct ViewerQuery {
    private let values: FlatDictionary<Substring, Substring>

    init(_ request: Request) { values = request.uri.queryParameters }

    /// A parameter's value; nil if it is absent or empty.
    func text(_ name: String) -> String? {
        values[Substring(name)].flatMap { $0.isEmpty ? nil : String($0) }
    }

    /// - Throws: ``APIError`` unless the value is an integer within the bounds.
    func number(_ name: String, in bounds: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), bounds.contains(number) else {
            throw .invalid(name, "must be an integer from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }

    /// The trajectory filter.
    ///
    /// - Throws: ``APIError`` that names the invalid parameter.
    func filter() throws(APIError) -> TrajectoryFilter {
        var filter = TrajectoryFilter()
        filter.origin = try origin()
        filter.steps = try range("steps", { Int($0) }, everything: Int.min...Int.max)
        filter.rewards = try range(
            "reward", Self.finite,
            everything: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
        filter.callCounts = try range("calls", { Int($0) }, everything: Int.min...Int.max)
        let kinds = values[values: "kind"].filter { !$0.isEmpty }
        if !kinds.isEmpty { filter.kinds = Set(kinds.map(String.init)) }
        filter.exampleID = text("example")
        filter.finish = text("finish")
        if let name = text("pattern") {
            guard let pattern = ThinkingPattern(rawValue: name) else {
                let known = ThinkingPattern.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalid("pattern", "must be one of \(known)")
            }
            filter.pattern = pattern
        }
        filter.text = text("text")
        if let correct = text("correct") {
            guard ["yes", "no"].contains(correct) else { throw .invalid("correct", "must be yes or no") }
            filter.isCorrect = correct == "yes"
        }
        return filter
    }

    func order() throws(APIError) -> TrajectoryOrder {
        guard let text = text("order") else { return .newest }
        guard let order = TrajectoryOrder(rawValue: text) else {
            let known = TrajectoryOrder.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("order", "must be one of \(known)")
        }
        return order
    }

    /// The trajectory that the parameter `at` identifies.
    ///
    /// - Throws: ``APIError`` if the value is not a trajectory key.
    func trajectoryKey() throws(APIError) -> TrajectoryKey {
        guard let key = TrajectoryKey(text("at") ?? "") else {
            throw .invalid(
                "at", "must be a trajectory key such as training/12/3/0: origin, step, prompt, sample")
        }
        return key
    }

    private func origin() throws(APIError) -> TrajectoryOrigin? {
        guard let text = text("origin") else { return nil }
        guard let origin = TrajectoryKey.origin(text) else {
            throw .invalid("origin", "must be training or evaluation/NAME")
        }
        return origin
    }

    private static func finite(_ text: some StringProtocol) -> Double? {
        Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// `2..5`, `2..`, `..5` or `2`.
    private func range<Bound: Comparable>(
        _ name: String, _ bound: (Substring) -> Bound?, everything: ClosedRange<Bound>
    ) throws(APIError) -> ClosedRange<Bound>? {
        guard let text = text(name) else { return nil }
        let ends = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false)
        let lower = ends[0].isEmpty ? everything.lowerBound : bound(ends[0])
        let last = ends[ends.count - 1]
        let upper = last.isEmpty ? everything.upperBound : bound(last)
        guard let lower, let upper, lower <= upper else {
            throw .invalid(name, "must be a range such as 2..5, 2.. or ..5")
        }
        return lower...upper
    }
}

/// Identifies a trajectory within its run: `training/12/3/0` is step 12, prompt 3, sample 0. Stable across a resume.
struct TrajectoryKey: CustomStringConvertible {
    let origin: TrajectoryOrigin
    let step: Int
    let group: Int
    let sample: Int

    init(_ summary: TrajectorySummary) {
        (origin, step, group, sample) = (summary.origin, summary.step, summary.group, summary.sample)
    }

    init(_ record: TrajectoryRecord) {
        (origin, step, group, sample) = (record.origin, record.step, record.group, record.sample)
    }

    init?(_ description: String) {
        let parts = description.split(separator: "/", omittingEmptySubsequences: false)
        let numbers = parts.suffix(3).compactMap { Int($0) }
        guard parts.count > 3, numbers.count == 3,
            let origin = Self.origin(parts.dropLast(3).joined(separator: "/"))
        else { return nil }
        self.origin = origin
        (step, group, sample) = (numbers[0], numbers[1], numbers[2])
    }

    var description: String { "\(origin)/\(step)/\(group)/\(sample)" }

    /// The samples of the same prompt at the same step.
    var groupFilter: TrajectoryFilter {
        TrajectoryFilter(origin: origin, steps: step...step, group: group)
    }

    var filter: TrajectoryFilter {
        TrajectoryFilter(origin: origin, steps: step...step, group: group, sample: sample)
    }

    static func origin(_ text: String) -> TrajectoryOrigin? {
        let origin = TrajectoryOrigin(text)
        return origin.description == text ? origin : nil
    }
}
