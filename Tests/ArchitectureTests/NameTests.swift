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
}
