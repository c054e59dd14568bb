package import Agent
import CounterRandom
package import Tasks

/// A benchmark question as presented to a model: with ordered options and an instruction on the answer's form.
package struct PosedQuestion: Sendable {
    package let item: BenchmarkItem
    /// For each presented option, its index in the item's options. [option]
    package let order: [Int]
    package let example: Example

    /// - Parameters:
    ///   - item: the benchmark item.
    ///   - index: the item's index.
    ///   - sample: the sample's index; each sample has its own order of options.
    ///   - seed: seed of the orders; nil keeps the options in file order.
    ///   - tools: names of the offered tools.
    ///   - prompting: whether the conversation starts with the instruction on thinking and `<answer>`.
    ///   - boxFrame: the coordinate frame in which the model writes boxes.
    package init(
        _ item: BenchmarkItem, index: Int, sample: Int, seed: UInt64?, tools: [String], prompting: Prompting,
        boxFrame: BoxFrame
    ) {
        self.item = item
        var order = Array(item.options.indices)
        if let seed {
            var random = CounterRandom(seed: seed, 0x6F70_7469_6F6E, UInt64(index), UInt64(sample))
            random.shuffle(&order)
        }
        self.order = order
        if let example = item.example {
            self.example = example.offering(tools)
            return
        }
        let options = order.map { item.options[$0] }
        let rightIndex = item.rightOption.flatMap { order.firstIndex(of: $0) }
        let question = Example.Message.question(
            Self.text(item, options, boxFrame), imageCount: item.images.count)
        example = Example(
            id: item.id, messages: prompting == .agent ? [.instruction, question] : [question],
            images: item.images, answer: rightIndex.map(item.letter) ?? item.answer,
            kind: item.form.rawValue, tools: tools, groundTruthBoxes: item.boxes,
            rewardKind: item.form == .mathematics ? .mathematics : .perception)
    }

    /// The presented option at each letter; empty at a letter without one. [letter]
    package var shownOptions: [String] {
        let letters = item.letters ?? Array(order.indices)
        var shown = Array(repeating: "", count: (letters.max() ?? -1) + 1)
        for (letter, index) in zip(letters, order) { shown[letter] = item.options[index] }
        return shown
    }

    /// The index in the item's options of the option presented at a letter.
    func option(at letter: Int) -> Int? {
        (item.letters ?? Array(order.indices)).firstIndex(of: letter).map { order[$0] }
    }

    private static func text(
        _ item: BenchmarkItem, _ options: [String], _ boxFrame: BoxFrame
    ) -> String {
        var lines = [item.question]
        lines += options.enumerated().map { "\(item.letter($0.offset)). \($0.element)" }
        switch item.form {
        case .option: lines.append("Answer with the letter of the right option.")
        case .yesNo: lines.append("Answer with yes or no.")
        case .box, .region:
            lines.append(
                "Answer with its box, [x1, y1, x2, y2] in \(boxFrame.phrase): {\"bbox_2d\": [x1, y1, x2, y2]}"
            )
        case .text, .mathematics: break
        }
        return lines.joined(separator: "\n")
    }
}

extension Example {
    /// The same example, offering other tools.
    func offering(_ tools: [String]) -> Example {
        Example(
            id: id, messages: messages, images: images, answer: answer, kind: kind, tools: tools,
            groundTruthBoxes: groundTruthBoxes, rewardKind: rewardKind)
    }
}

/// How the conversation starts.
package enum Prompting: String, Hashable, Sendable, Codable, CaseIterable {
    /// With the instruction to think and to answer inside `<answer>`.
    case agent
    /// With the question only.
    case plain
}
