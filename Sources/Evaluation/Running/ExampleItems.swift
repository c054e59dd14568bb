package import Tasks

/// Examples of a source as items to ask: made ones, or the held-out part of a run's own questions.
///
/// The model is asked exactly what the example says, and the kinds of the examples are the categories.
package struct ExampleItems: Evaluator.Items {
    private let source: any ExampleSource

    /// - Parameter source: ends.
    package init(_ source: any ExampleSource) { self.source = source }

    package var count: Int { source.count ?? 0 }

    package func item(at index: Int) async throws -> BenchmarkItem {
        BenchmarkItem(try await source.example(at: index))
    }

    package func categories(at index: Int) async throws -> [String: [String]] {
        ["kind": [try await source.example(at: index).kind]]
    }
}

extension BenchmarkItem {
    /// An example as it is, without options: free text, or mathematics if it is rewarded so.
    init(_ example: Example) {
        self.init(
            id: example.id, question: example.question, images: example.images, options: [], rightOption: nil,
            answer: example.answer, form: example.rewardKind == .mathematics ? .mathematics : .text,
            categories: ["kind": [example.kind]], boxes: example.groundTruthBoxes, tools: example.tools,
            example: example)
    }
}
