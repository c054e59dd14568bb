/// Sets of made examples that share none.
package enum ExampleSplit: String, Hashable, Sendable, Codable, CaseIterable {
    case training, validation, test
}

/// A task whose examples are made and lie nowhere, as configurations set it under `task`.
///
/// There is one, visual search. What trains, evaluates and reports knows this type and no task by name; a further task
/// becomes a case in here.
package struct ProceduralTask: Hashable, Sendable, Codable {
    private var search: VisualSearchConfiguration

    /// The task with its defaults. Every kind of question has a weight, so that a configuration can name it.
    package init() {
        var search = VisualSearchConfiguration()
        for kind in QuestionKind.allCases { search.questions[kind] = search.questions[kind] ?? 0 }
        self.search = search
    }

    package init(from decoder: any Decoder) throws { search = try VisualSearchConfiguration(from: decoder) }

    package func encode(to encoder: any Encoder) throws { try search.encode(to: encoder) }

    /// The same task on photographs of a folder; as it is for an empty path.
    package func onPhotographs(in folder: String) -> ProceduralTask {
        var task = self
        if !folder.isEmpty { task.search.photographs = folder }
        return task
    }

    /// - Throws: an error that names the first value that cannot work.
    package func validate() throws { try search.validate() }

    /// Examples drawn by the weights of the task.
    ///
    /// - Parameters:
    ///   - seed: names them, with the split.
    ///   - split: splits share no example.
    ///   - count: how many there are; nil for no end of them.
    /// - Throws: an error that names a value that cannot work, or a folder without photographs.
    package func examples(
        seed: UInt64, split: ExampleSplit, count: Int? = nil
    ) throws -> any ExampleSource {
        try VisualSearch(search, seed: seed, split: split, count: count)
    }

    /// Held-out examples of every reported kind about each of `sceneCount` scenes.
    ///
    /// - Throws: as ``examples(seed:split:count:)``.
    package func heldOut(seed: UInt64, sceneCount: Int) throws -> any ExampleSource {
        try HeldOutScenes(search, seed: seed, sceneCount: sceneCount)
    }

    /// An example that takes a closer look, to try a model with.
    ///
    /// - Throws: as ``examples(seed:split:count:)``.
    package func sample(_ index: Int) throws -> Example {
        var search = search
        search.questions = [.attribute: 1]
        return try VisualSearch(search, seed: 0, split: .test).example(at: index)
    }
}
