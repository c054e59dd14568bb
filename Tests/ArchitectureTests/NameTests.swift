import Testing

/// One name, one meaning.
struct NameTests {
    @Test func noTwoModulesDeclareATypeOfTheSameName() throws {
        var modules: [String: Set<String>] = [:]
        for file in try SourceTree.sources() {
            for type in file.declarations where type.isType && type.extended == nil {
                modules[type.name, default: []].insert(file.module)
            }
        }
        #expect(modules.count > 300)
        #expect(modules.filter { $0.value.count > 1 }.mapValues { $0.sorted() } == [:])
    }

    /// A family of models is named in its folder and in the table of families; besides, the recipe of the nano checkpoint
    /// names the one that it makes.
    @Test func nothingAboveModelsNamesAFamily() throws {
        let sources = try SourceTree.sources().filter { $0.path.hasPrefix("Sources/") }
        let families = sources.filter { $0.module == "Models" && $0.folder.hasPrefix("Qwen") }
        let names = Set(
            families.flatMap(\.declarations).filter { $0.isType && $0.extended == nil }.map(\.name))
        #expect(names.contains("Qwen25VL") && names.contains("VisionEncoder"))
        for file in sources where file.module != "NanoBase" && file.path != "Sources/Models/ModelFamily.swift"
        {
            if families.contains(where: { $0.path == file.path }) { continue }
            #expect(
                file.names.isDisjoint(with: names), "\(file.path) names \(file.names.intersection(names))")
        }
    }
}
