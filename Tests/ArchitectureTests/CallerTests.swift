import Testing

/// The engine holds what the program calls, and nothing for later.
struct CallerTests {
    /// What only tests ask for: how many tensors exist shows whether one has leaked.
    private static let forTests: Set<String> = ["liveCount"]

    @Test func everyTorchOperationHasACaller() throws {
        let sources = try SourceTree.sources().map { (file: $0, names: $0.names) }
        let declaration =
            #/^ *package (?:(?:static|final|mutating|nonmutating|class) +)*(?:func|var|let) +`?(\w+)/#
            .anchorsMatchLineEndings()
        var checkedCount = 0
        for (file, _) in sources where file.module == "Torch" {
            for name in file.code.matches(of: declaration).map({ String($0.1) })
            where !Self.forTests.contains(name) {
                let isUsed = sources.contains { $0.file.path != file.path && $0.names.contains(name) }
                #expect(isUsed, "nothing but \(file.path) mentions \(name)")
                checkedCount += 1
            }
        }
        #expect(checkedCount > 50)
    }

    @Test func everyFunctionAndOperationOfTheCInterfaceIsCalled() throws {
        let header = try SourceTree.text("Sources/CTorch/include/CTorch.h").replacing(
            #/\/\/[^\n]*/#, with: "")
        let called = try SourceTree.swiftFiles(below: "Sources/Torch").reduce(into: Set<String>()) {
            $0.formUnion($1.names)
        }
        let functions = header.matches(of: #/\b(torch_\w+)\(/#).map { String($0.1) }
        let operations = header.matches(of: #/\bTorch(?:Unary|Binary|Reduction)([A-Z]\w*),/#).map {
            $0.1.prefix(1).lowercased() + $0.1.dropFirst()
        }
        #expect(functions.count > 30 && operations.count > 10)
        #expect((functions + operations).filter { !called.contains($0) } == [])
    }
}
