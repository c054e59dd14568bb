package import Testing
package import Torch

/// Says how `actual` differs from `expected`, or nothing if each element is within
/// `absolute + relative · |expected|`.
package func difference(
    _ actual: Tensor, _ expected: Tensor, absolute: Double = 1e-5, relative: Double = 1e-5
) -> String? {
    guard actual.shape == expected.shape else {
        return "the shape is \(actual.shape) instead of \(expected.shape)"
    }
    let actualValues = actual.values(as: Double.self)
    let expectedValues = expected.values(as: Double.self)
    let excesses = zip(actualValues, expectedValues).map { actual, expected in
        actual == expected || (actual.isNaN && expected.isNaN)
            ? 0 : abs(actual - expected) / (absolute + relative * abs(expected))
    }
    let wrong = excesses.indices.filter { !(excesses[$0] <= 1) }
    guard !wrong.isEmpty else { return nil }
    let worst = wrong.first { excesses[$0].isNaN } ?? wrong.max { excesses[$0] < excesses[$1] } ?? wrong[0]
    return "\(wrong.count) of \(excesses.count) elements of \(actual.shape) are further than \(absolute) + "
        + "\(relative)·|expected| from what is expected; the worst, at \(place(worst, in: actual.shape)), is "
        + "\(actualValues[worst]) instead of \(expectedValues[worst])"
}

/// Records an issue if `actual` differs from `expected`.
package func expectClose(
    _ actual: Tensor, _ expected: Tensor, absolute: Double = 1e-5, relative: Double = 1e-5,
    _ subject: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    if let difference = difference(actual, expected, absolute: absolute, relative: relative) {
        let text = subject.isEmpty ? difference : "\(subject): \(difference)"
        Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
    }
}

/// The coordinates of the element at `offset` in row-major order.
private func place(_ offset: Int, in shape: [Int]) -> [Int] {
    var rest = offset
    return shape.reversed().map { size in
        defer { rest /= size }
        return rest % size
    }.reversed()
}
