package import Settings

/// Disjoint sets of generated examples.
package enum ExampleSplit: String, Hashable, Sendable, Codable, CaseIterable {
    case training, validation, test
}

/// A task with procedurally generated examples, configured under `task`.
///
/// The only one is visual search. Training, evaluation and reports use this type and no concrete task; another task would be
/// added here.
package struct ProceduralTask: Hashable, Sendable, Codable, CustomReflectable {
    private var search: VisualSearchConfiguration

    /// The task with its defaults. Every kind of question has a weight, so that configurations can override each.
    package init() {
        var search = VisualSearchConfiguration()
        for kind in QuestionKind.allCases { search.questions[kind] = search.questions[kind] ?? 0 }
        self.search = search
    }

    package init(from decoder: any Decoder) throws { search = try VisualSearchConfiguration(from: decoder) }

    package func encode(to encoder: any Encoder) throws { try search.encode(to: encoder) }

    /// The keys of the task are those of its configuration.
    package var customMirror: Mirror { Mirror(reflecting: search) }

    /// The task with photographs of a folder as backgrounds; unchanged for an empty path.
    package func onPhotographs(in folder: String) -> ProceduralTask {
        var task = self
        if !folder.isEmpty { task.search.photographs = folder }
        return task
    }

    /// - Throws: `SettingError` that names the first invalid value, below `task`.
    package func validate() throws(SettingError) {
        do { try search.validate() } catch { throw SettingError("task.\(error.key)", error.problem) }
    }

    /// Examples of the task.
    ///
    /// - Parameters:
    ///   - seed: the seed; it determines the examples together with the split.
    ///   - split: splits have no examples in common.
    ///   - count: the number of examples; nil for infinitely many.
    /// - Throws: an error that names an invalid value, or a folder without photographs.
    package func examples(
        seed: UInt64, split: ExampleSplit, count: Int? = nil
    ) throws -> any ExampleSource {
        try VisualSearch(search, seed: seed, split: split, count: count)
    }

    /// Held-out examples: one of each reported kind for each of `sceneCount` scenes.
    ///
    /// - Throws: the same errors as ``examples(seed:split:count:)``.
    package func heldOut(seed: UInt64, sceneCount: Int) throws -> any ExampleSource {
        try HeldOutScenes(search, seed: seed, sceneCount: sceneCount)
    }

    /// An example that needs zooming, to try a model with.
    ///
    /// - Throws: the same errors as ``examples(seed:split:count:)``.
    package func sample(_ index: Int) throws -> Example {
        var search = search
        search.questions = [.attribute: 1]
        return try VisualSearch(search, seed: 0, split: .test).example(at: index)
    }
}
