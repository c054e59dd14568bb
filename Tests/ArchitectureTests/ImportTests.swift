import Testing

/// SwiftPM builds a file that imports a module its target never declared, as long as another target pulls it in.
/// These tests hold the import lines against the manifest instead.
struct ImportTests {
    /// Modules of the toolchain, which no manifest lists.
    private static let toolchain: Set<String> = [
        "Foundation", "FoundationEssentials", "Testing", "Synchronization", "Dispatch", "Glibc", "Musl",
        "Darwin",
        "RegexBuilder",
    ]

    private static func manifest() throws -> [String: Set<String>] {
        try Manifest.dependencies(in: SourceTree.text("Package.swift"))
    }

    @Test func everyImportIsDeclared() throws {
        let declared = try Self.manifest()
        var checkedCount = 0
        for (target, dependencies) in declared {
            for file in try Self.swiftFiles(of: target) {
                for module in Manifest.imports(in: file.text) {
                    let allowed =
                        module == target || dependencies.contains(module) || Self.toolchain.contains(module)
                    #expect(
                        allowed,
                        "\(file.path) imports \(module), which \(target) does not declare")
                    checkedCount += 1
                }
            }
        }
        #expect(checkedCount > 50)
    }

    @Test func everyDependencyIsUsed() throws {
        for (target, dependencies) in try Self.manifest() where !target.hasSuffix("Tests") {
            let files = try Self.swiftFiles(of: target)
            guard !files.isEmpty else { continue }
            let imports = files.reduce(into: Set<String>()) { $0.formUnion(Manifest.imports(in: $1.text)) }
            for dependency in dependencies {
                #expect(imports.contains(dependency), "\(target) declares \(dependency) and never imports it")
            }
        }
    }

    @Test func tensorsStayBelowTheVocabulary() throws {
        let declared = try Self.manifest()
        #expect(declared.filter { $0.value.contains("CTorch") }.keys.sorted() == ["Torch"])
        #expect(declared.filter { $0.value.contains("CArrow") }.keys.sorted() == ["Parquet"])
        for target in [
            "JSON", "Imaging", "Parquet", "Tokenizer", "Agent", "Tasks", "Endpoints", "Judging", "Runs",
            "Reports",
            "Rollout", "Evaluation", "Serving",
        ] {
            #expect(
                try Self.reachable(from: target, in: declared).isDisjoint(with: ["Torch", "CTorch", "Models"])
            )
        }
    }

    private static func reachable(from target: String, in declared: [String: Set<String>]) throws -> Set<
        String
    > {
        var seen: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            for dependency in declared[next, default: []] where seen.insert(dependency).inserted {
                open.append(dependency)
            }
        }
        return seen
    }

    private static func swiftFiles(of target: String) throws -> [SwiftFile] {
        try ["Sources", "Tests"].flatMap { try SourceTree.swiftFiles(below: "\($0)/\(target)") }
    }
}
