import Agent
import CounterRandom
import Imaging
import Models
import Tasks
import Torch
import Training

/// Trains a model in one stage: answers by likelihood, vision and localization by auxiliary heads.
///
/// Matrices are optimized by ``Muon``, other parameters by ``AdamW``. Owns tensors, so only one thread may use it.
final class LessonLearner {
    /// Mean losses of a step; NaN if there was nothing to measure.
    struct Outcome {
        /// Negative log-likelihood of the answers' tokens.
        var answers = 0.0
        var dense = 0.0
        var boxes = 0.0
        var gradientNorm = 0.0
    }

    private let policyModel: PolicyModel
    private let stage: LessonStage
    private let configuration: NanoBaseConfiguration
    /// One model with its heads per worker, all with the same weights.
    private let replicas: [Replica]
    private let muon: Muon
    private let adamW: AdamW
    /// The optimizer of the heads. They are reinitialized in each stage and train at the full rate while the model warms up.
    private let headAdamW: AdamW
    private let blur: CoordinateBlur

    private struct Replica {
        let model: Qwen25VL
        let heads: LessonHeads

        var parameters: [NamedTensor] { model.parameters + heads.parameters }
    }

    init(_ policyModel: PolicyModel, stage: LessonStage, configuration: NanoBaseConfiguration) {
        self.policyModel = policyModel
        self.stage = stage
        self.configuration = configuration
        guard let model = policyModel.model as? Qwen25VL else {
            preconditionFailure("lessons are for the architecture that NanoArchitecture writes")
        }
        let heads = LessonHeads(
            width: model.configuration.text.width, task: configuration.task,
            random: CounterRandom(seed: configuration.seed, 0x6865_6164))
        replicas =
            [Replica(model: model, heads: heads)]
            + (1..<configuration.workers).map { _ in
                Replica(model: model.sharingWeights(), heads: heads.sharingWeights())
            }
        for replica in replicas {
            for parameter in replica.model.parameters { parameter.tensor.requiresGrad = true }
        }
        let embedding = model.text.embedding.weight
        let matrices = model.checkpointWeights(.hub).filter {
            $0.role == .matrix && $0.parameter.rank == 2 && $0.parameter.shape != embedding.shape
        }
        muon = Muon(
            matrices.map { Muon.Matrix(name: $0.name, parameter: $0.parameter, rows: $0.rows) },
            configuration.muon)
        let others = model.parameters.filter {
            $0.tensor.rank != 2 || $0.tensor.shape == embedding.shape
        }
        adamW = AdamW(others, configuration.adamW)
        headAdamW = AdamW(heads.parameters, configuration.adamW)
        blur = CoordinateBlur(policyModel.format.tokenizer, deviation: stage.coordinateBlur)
    }

    /// Accumulates the gradients of all passes and takes one optimizer step.
    ///
    /// - Parameter boxes: for each branch of the passes, in order, the box of the queried object in its view.
    func update(_ passes: [TrainingPass], boxes: [Rectangle?], learningRate: Double) throws -> Outcome {
        for parameter in replicas[0].parameters { parameter.tensor.grad = nil }
        let targetCount = Double(passes.reduce(0) { $0 + $1.targets.count })
        var firstBranch = 0
        let asked = passes.map { pass in
            let branches = firstBranch..<firstBranch + pass.branchPredictors.count
            firstBranch = branches.upperBound
            return Array(boxes[branches])
        }
        let parts = try inParallel(replicas.count) { [self] worker in
            let own = stride(from: worker, to: passes.count, by: replicas.count)
            return gradients(
                of: own.map { (passes[$0], asked[$0]) }, share: 1 / Double(passes.count),
                targetCount: targetCount, in: replicas[worker])
        }
        var outcome = Outcome()
        for part in parts {
            outcome.answers += part.answers
            outcome.dense += part.dense
            outcome.boxes += part.boxes
        }
        for replica in replicas.dropFirst() {
            collectGradients(of: replica.parameters, into: replicas[0].parameters)
        }
        outcome.gradientNorm = clipGradientNorm(
            replicas[0].parameters.map(\.tensor), maximum: configuration.maximumGradientNorm)
        if outcome.gradientNorm.isFinite {
            muon.step(learningRate: learningRate)
            adamW.step(learningRate: learningRate)
            headAdamW.step(learningRate: stage.learningRate)
        }
        return outcome
    }

    /// Adds the gradients of `passes`, each with the boxes of its branches, to those of a replica.
    ///
    /// - Parameters:
    ///   - passes: the passes.
    ///   - weight: the share of a pass in losses that are means.
    ///   - targetCount: the targets of all passes.
    ///   - replica: the model and its heads.
    private func gradients(
        of passes: [(TrainingPass, [Rectangle?])], share weight: Double, targetCount: Double,
        in replica: Replica
    ) -> Outcome {
        var outcome = Outcome()
        for (pass, boxes) in passes {
            let losses = losses(of: pass, boxes: boxes, in: replica)
            var total = Tensor.zeros([])
            if let answers = losses.answers {
                total = total + answers / targetCount
                outcome.answers += answers.item() / targetCount
            }
            if stage.denseWeight > 0 {
                total = total + losses.dense * (weight * stage.denseWeight)
                outcome.dense += losses.dense.item() * weight
            }
            if let boxes = losses.boxes {
                total = total + boxes * (weight * stage.boxWeight)
                outcome.boxes += boxes.item() * weight
            }
            total.backward()
        }
        return outcome
    }

    /// The parts of the loss: answers are summed over tokens, the others are means; nil if a part does not apply.
    private func losses(
        of pass: TrainingPass, boxes: [Rectangle?], in replica: Replica
    ) -> (answers: Tensor?, dense: Tensor, boxes: Tensor?) {
        let (model, heads, batch) = (replica.model, replica.heads, pass.batch)
        let targets = DenseTargets(
            of: pass.views, task: configuration.task, tokenSide: policyModel.processor.configuration.tokenSide
        )
        let slots = Tensor(batch.imageSlots)
        let embedded = model.embedded(batch)  // [token, width]
        let dense =
            batch.imageSlots.isEmpty
            ? Tensor.zeros([]) : heads.denseLoss(embedded.indexSelect(0, slots), targets)
        guard !pass.targets.isEmpty else { return (nil, dense, nil) }

        var boxLoss: Tensor?
        func add(_ loss: Tensor) { boxLoss = boxLoss.map { $0 + loss } ?? loss }
        let attention = SegmentAttention(segments: batch.segments)
        let hidden = model.hiddenStates(of: batch, embedded: embedded, context: attention) {
            [self] layer, hidden in
            guard stage.boxWeight > 0 else { return }
            if layer + 1 == LessonHeads.imageLayer, !targets.tokens.isEmpty {
                add(heads.imageBoxLoss(hidden.indexSelect(0, slots), targets))
            }
            if layer + 1 == LessonHeads.answerLayer {
                let asked = zip(pass.branchPredictors, boxes).compactMap { predictor, box in
                    box.map { (predictor, $0) }
                }
                if !asked.isEmpty {
                    add(
                        heads.answerBoxLoss(
                            hidden.indexSelect(0, Tensor(asked.map(\.0))), asked.flatMap { fractions($0.1) }))
                }
            }
        }  // [token, width]
        let blurred = blur(pass)
        let (logProbabilities, _) = model.logProbabilities(
            of: blurred.targets, at: blurred.predictors, in: hidden)  // [target]
        return (-(logProbabilities * Tensor(blurred.weights)).sum(), dense, boxLoss)
    }

    /// A box in fractions of the view's sides.
    private func fractions(_ box: Rectangle) -> [Float] {
        let task = configuration.task
        let side = Double(task.canvas) / Double(task.viewFactor)
        return [box.x1, box.y1, box.x2, box.y2].map { Float($0 / side) }
    }
}
