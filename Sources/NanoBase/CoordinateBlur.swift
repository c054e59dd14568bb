import Foundation
package import Tokenizer
package import Training

/// Label smoothing for coordinates: spreads a target over neighbouring values, so that near misses cost less than far ones.
package struct CoordinateBlur {
    private let numbers: [Int32: Int]
    private let tokens: [Int: Int32]
    private let underscore: Int32?
    /// Weights of the neighbours at -n … n.
    private let kernel: [(offset: Int, weight: Float)]

    /// `deviation` is the standard deviation in coordinate units; 0 leaves targets unchanged.
    package init(_ tokenizer: Tokenizer, deviation: Double) {
        var numbers: [Int32: Int] = [:]
        for number in 0...999 {
            let ids = tokenizer.encode("\(number)")
            if ids.count == 1 { numbers[ids[0]] = number }
        }
        self.numbers = numbers
        tokens = Dictionary(uniqueKeysWithValues: numbers.map { ($1, $0) })
        underscore = tokenizer.encode("_").first
        let reach = deviation > 0 ? Int((3 * deviation).rounded(.up)) : 0
        let weights = (-reach...reach).map { deviation > 0 ? gaussian(Double($0) / deviation) : 1 }
        let sum = weights.reduce(0, +)
        kernel = zip(-reach...reach, weights).map { ($0, Float($1 / sum)) }
    }

    /// The targets of `pass`, with each coordinate target split into several with smaller weights.
    package func callAsFunction(
        _ pass: TrainingPass
    ) -> (predictors: [Int64], targets: [Int64], weights: [Float]) {
        var (predictors, targets, weights) = ([Int64](), [Int64](), [Float]())
        func add(_ predictor: Int64, _ target: Int64, _ weight: Float) {
            predictors.append(predictor)
            targets.append(target)
            weights.append(weight)
        }
        for (index, target) in pass.targets.enumerated() {
            let (predictor, weight) = (pass.predictors[index], pass.weights[index])
            // The 2 in `bbox_2d` is not a coordinate.
            let followsUnderscore = index > 0 && Int32(pass.targets[index - 1]) == underscore
            guard let number = numbers[Int32(target)], !followsUnderscore else {
                add(predictor, target, weight)
                continue
            }
            for neighbour in kernel {
                let token = tokens[number + neighbour.offset].map(Int64.init) ?? target
                add(predictor, token, weight * neighbour.weight)
            }
        }
        return (predictors, targets, weights)
    }
}

private func gaussian(_ x: Double) -> Double { exp(-x * x / 2) }
