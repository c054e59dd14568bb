package import Agent
package import Models
import Torch

/// The input of one forward and backward pass: packed tokens and their targets.
package struct TrainingPass: Sendable {
    package fileprivate(set) var batch: PackedBatch
    /// Index of the token whose hidden state predicts the target. `[target]`
    package fileprivate(set) var predictors: [Int64] = []
    /// Token ids. `[target]`
    package fileprivate(set) var targets: [Int64] = []
    /// Log-probability of the target when it was sampled; nil if any target was not sampled, as in supervised text. `[target]`
    package fileprivate(set) var sampledLogProbabilities: [Float]? = []
    /// Weight of the target. `[target]`
    package fileprivate(set) var weights: [Float] = []
    /// What a policy loss needs beside it.
    package fileprivate(set) var terms = TargetTerms()
    /// Number of targets of each branch. `[branch]`
    package fileprivate(set) var targetCounts: [Int] = []
    /// Trajectory of the branch; nil for supervised text. `[branch]`
    package fileprivate(set) var trajectories: [TrajectoryID?] = []
    /// Index of the token that predicts the first target of the branch. `[branch]`
    package fileprivate(set) var branchPredictors: [Int64] = []
    /// The images of the batch, in order. `[image]`
    package fileprivate(set) var views: [ViewedImage] = []

    var branchLengths: BranchLengths { BranchLengths(targetCounts) }
}

/// Packs prompt trees into passes of bounded size; a shared prompt appears once.
package struct BatchPacker {
    private let shape: ModelShape
    private let processor: ImageProcessor
    /// Maximum tokens per pass; a single branch with its prompt may exceed it.
    private let tokensPerPass: Int

    package init(shape: ModelShape, processor: ImageProcessor, tokensPerPass: Int) {
        self.shape = shape
        self.processor = processor
        self.tokensPerPass = tokensPerPass
    }

    /// Packs trees in the given order. A tree that does not fit into a pass is split between branches, and its prompt is
    /// repeated.
    ///
    /// - Parameters:
    ///   - trees: trees to pack; empty branches are skipped.
    ///   - workers: number of passes that are computed in parallel; they get about equal numbers of tokens.
    /// - Throws: an error of cutting or packing an image.
    package func passes(of trees: [PromptTree], workers: Int = 1) throws -> [TrainingPass] {
        let tokensPerPass = min(tokensPerPass, Self.balancedTokens(of: trees, workers: workers))
        var passes: [TrainingPass] = []
        var pass = TrainingPass(batch: PackedBatch(for: shape))
        func close() {
            if !pass.targets.isEmpty { passes.append(pass) }
            pass = TrainingPass(batch: PackedBatch(for: shape))
        }
        for tree in trees {
            var root: Int?
            for branch in tree.branches where !branch.segments.isEmpty {
                let needed = branch.tokenCount + (root == nil ? tree.prompt.tokens.count : 0)
                if !pass.batch.tokens.isEmpty, pass.batch.tokens.count + needed > tokensPerPass {
                    close()
                    root = nil
                }
                let parent = try root ?? append(tree.prompt.tokens, tree.prompt.images, to: &pass)
                root = parent
                try append(branch, continuing: parent, to: &pass)
            }
        }
        close()
        return passes
    }

    /// A token limit per pass that yields at most `workers` passes for any sizes of the trees.
    private static func balancedTokens(of trees: [PromptTree], workers: Int) -> Int {
        let branches = trees.flatMap(\.branches).filter { !$0.segments.isEmpty }
        let prompts = trees.map(\.prompt.tokens.count)
        let total = prompts.reduce(0, +) + branches.reduce(0) { $0 + $1.tokenCount }
        let slack = workers > 1 ? (prompts.max() ?? 0) + (branches.map(\.tokenCount).max() ?? 0) : 0
        return (total + workers - 1) / workers + slack
    }

    private func append(
        _ branch: PromptTree.Branch, continuing parent: Int, to pass: inout TrainingPass
    ) throws {
        let start = pass.batch.tokens.count
        let prompt = pass.batch.segments[parent]
        let lastOfPrompt = prompt.start + prompt.count - 1
        let firstTarget = pass.predictors.count
        var offset = 0
        for segment in branch.segments {
            if segment.kind == .completion {
                for (index, token) in segment.tokens.enumerated() {
                    let position = offset + index
                    pass.predictors.append(Int64(position == 0 ? lastOfPrompt : start + position - 1))
                    pass.targets.append(Int64(token))
                }
                if segment.logProbabilities.count == segment.tokens.count {
                    pass.sampledLogProbabilities?.append(contentsOf: segment.logProbabilities)
                } else {
                    pass.sampledLogProbabilities = nil
                }
            }
            offset += segment.tokens.count
        }
        pass.weights += branch.weights
        pass.terms.append(branch.terms)
        if firstTarget < pass.predictors.count {
            pass.branchPredictors.append(pass.predictors[firstTarget])
            pass.targetCounts.append(pass.predictors.count - firstTarget)
            pass.trajectories.append(branch.id)
        }
        _ = try append(
            branch.segments.flatMap(\.tokens), branch.segments.flatMap(\.images), continuing: parent,
            to: &pass)
    }

    /// Appends a segment.
    ///
    /// - Returns: the index of the new segment.
    private func append(
        _ tokens: [Int32], _ views: [ViewedImage], continuing parent: Int? = nil, to pass: inout TrainingPass
    ) throws -> Int {
        pass.views += views
        let images = try processor.patches(of: views).map { try $0.get() }
        return try pass.batch.append(tokens, images: images, continuing: parent)
    }

    /// A pass of images without text.
    ///
    /// - Throws: an error of cutting or packing an image.
    package func pass(showing views: [ViewedImage]) throws -> TrainingPass {
        var pass = TrainingPass(batch: PackedBatch(for: shape))
        for view in views {
            _ = try append(
                Array(repeating: shape.imageToken, count: view.tokenCount), [view], to: &pass)
        }
        return pass
    }
}
