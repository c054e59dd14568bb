import CounterRandom
import Tasks
import Torch

/// Auxiliary heads that train vision and localization directly; discarded after training.
final class LessonHeads {
    /// Dense targets from the features of image tokens.
    private let dense: Linear
    /// Boxes of objects from the hidden states of image tokens after ``imageLayer``.
    private let imageBox: Linear
    /// The box of the queried object from the hidden state before an answer, after ``answerLayer``.
    private let answerBox: Linear
    private let task: VisualSearchConfiguration

    /// Decoder layers after which hidden states are read.
    static let imageLayer = 2
    static let answerLayer = 4

    init(width: Int, task: VisualSearchConfiguration, random: CounterRandom) {
        self.task = task
        func head(_ outputWidth: Int, _ stream: UInt64) -> Linear {
            var random = random.child(stream)
            let head = Linear(
                width, outputWidth, hasBias: true, standardDeviation: 0.3 / Double(width).squareRoot(),
                using: &random)
            for parameter in head.parameters("") { parameter.tensor.requiresGrad = true }
            return head
        }
        dense = head(2 + task.colours.count + task.shapes.count + 3 + task.bullsEyeColours.count, 0)
        imageBox = head(4, 1)
        answerBox = head(4, 2)
    }

    private init(dense: Linear, imageBox: Linear, answerBox: Linear, task: VisualSearchConfiguration) {
        (self.dense, self.imageBox, self.answerBox, self.task) = (dense, imageBox, answerBox, task)
    }

    /// Heads over the same weights with their own gradients.
    func sharingWeights() -> LessonHeads {
        let heads = LessonHeads(
            dense: dense.sharingWeights(), imageBox: imageBox.sharingWeights(),
            answerBox: answerBox.sharingWeights(), task: task)
        for parameter in heads.parameters { parameter.tensor.requiresGrad = true }
        return heads
    }

    var parameters: [NamedTensor] {
        dense.parameters("heads.dense") + imageBox.parameters("heads.imageBox")
            + answerBox.parameters("heads.answerBox")
    }

    /// The loss of image-token features [token, width] against `targets`: the sum of the mean losses of all parts.
    func denseLoss(_ features: Tensor, _ targets: DenseTargets) -> Tensor {
        let sizes = [2, task.colours.count, task.shapes.count, 3, task.bullsEyeColours.count]
        let parts = dense(features).split(sizes, dim: 1)
        var loss = crossEntropy(parts[0], targets.presence)
        if !targets.tokens.isEmpty {
            let tokens = Tensor(targets.tokens)
            let geometry = Tensor(targets.geometry, shape: [targets.tokens.count, 3])
            loss =
                loss + crossEntropy(parts[1].indexSelect(0, tokens), targets.colours)
                + crossEntropy(parts[2].indexSelect(0, tokens), targets.shapes)
                + squaredError(parts[3].indexSelect(0, tokens), geometry) * 4
        }
        if !targets.legibleTokens.isEmpty {
            let legible = parts[4].indexSelect(0, Tensor(targets.legibleTokens))
            loss = loss + crossEntropy(legible, targets.bullsEyes)
        }
        return loss
    }

    /// The loss of boxes predicted from image tokens [token, width].
    func imageBoxLoss(_ hidden: Tensor, _ targets: DenseTargets) -> Tensor {
        let boxes = Tensor(targets.boxes, shape: [targets.tokens.count, 4])
        return squaredError(imageBox(hidden.indexSelect(0, Tensor(targets.tokens))), boxes)
    }

    /// The loss of boxes predicted from hidden states [answer, width] against `boxes`, in fractions of the view. `[answer, 4]`
    func answerBoxLoss(_ hidden: Tensor, _ boxes: [Float]) -> Tensor {
        squaredError(answerBox(hidden), Tensor(boxes, shape: [boxes.count / 4, 4]))
    }

    private func crossEntropy(_ logits: Tensor, _ targets: [Int64]) -> Tensor {
        -logits.logSoftmax(dim: 1).gather(1, Tensor(targets).unsqueezed(1)).mean()
    }

    private func squaredError(_ values: Tensor, _ targets: Tensor) -> Tensor {
        let difference = values - targets
        return (difference * difference).mean()
    }
}
