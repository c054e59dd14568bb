import Testing

/// One name, one meaning.
struct NameTests {
    @Test func noTwoModulesDeclareATypeOfTheSameName() throws {
        let declaration =
            #/^(?:@\w+(?:\([^)]*\))? +)*(?:[a-z]+ +)*?(?:struct|enum|class|protocol|actor|typealias) +(\w+)/#
            .anchorsMatchLineEndings()
        var modules: [String: Set<String>] = [:]
        for file in try SourceTree.swiftFiles(below: "Sources") {
            for match in file.code.matches(of: declaration) {
                modules[String(match.1), default: []].insert(file.module)
            }
        }
        #expect(modules.count > 300)
        #expect(modules.filter { $0.value.count > 1 }.mapValues { $0.sorted() } == [:])
    }
}
