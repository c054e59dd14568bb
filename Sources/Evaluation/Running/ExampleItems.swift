package import Tasks

/// Benchmark items from an example source: generated examples, or the held-out part of a run's own questions.
///
/// The prompt is exactly that of the example, and the examples' kinds are the categories.
package struct ExampleItems: Evaluator.Items {
    private let source: any ExampleSource

    /// - Parameter source: a finite source.
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
    /// An example as an item without options: free text, or mathematics if that is its reward kind.
    init(_ example: Example) {
        self.init(
            id: example.id, question: example.question, images: example.images, options: [], rightOption: nil,
            answer: example.answer, form: example.rewardKind == .mathematics ? .mathematics : .text,
            categories: ["kind": [example.kind]], boxes: example.groundTruthBoxes, tools: example.tools,
            example: example)
    }
}
