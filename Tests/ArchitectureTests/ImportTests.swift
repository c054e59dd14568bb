import Testing

/// SwiftPM builds a file that imports a module its target never declared, as long as another target pulls it in.
/// These tests hold the import lines against the manifest instead.
struct ImportTests {
    private static func manifest() throws -> [String: Set<String>] {
        try Manifest.dependencies(in: SourceTree.text("Package.swift"))
    }

    @Test func everyImportIsDeclared() throws {
        let files = try SourceTree.all()
        #expect(files.reduce(0) { $0 + $1.imports.count } > 50)
        #expect(try Manifest.undeclaredImports(in: files, declared: Self.manifest()) == [])
    }

    @Test func anImportInTheWrongDirectionIsReported() throws {
        let stray = SwiftFile(
            path: "Sources/Agent/Stray.swift",
            text: "import Imaging\npackage import Models\n// import Torch\n")
        #expect(
            try Manifest.undeclaredImports(in: [stray], declared: Self.manifest()) == [
                """
                Sources/Agent/Stray.swift imports Models, which Agent does not declare: move the file to a target \
                above Models, or, if Agent stands above it, add the dependency in Package.swift
                """
            ])
    }

    @Test func everyDependencyIsUsed() throws {
        for (target, dependencies) in try Self.manifest() where !target.hasSuffix("Tests") {
            let files = try Self.swiftFiles(of: target)
            guard !files.isEmpty else { continue }
            let imports = files.reduce(into: Set<String>()) { $0.formUnion($1.imports) }
            for dependency in dependencies {
                #expect(imports.contains(dependency), "\(target) declares \(dependency) and never imports it")
            }
        }
    }

    /// Targets that know no tensor, nor a target that does.
    private static let withoutTensors = [
        "JSON", "HTTP", "Settings", "Imaging", "Parquet", "Tokenizer", "Agent", "Tasks", "Endpoints",
        "Judging", "Runs",
        "Reports",
        "Rollout", "Evaluation", "Serving",
    ]

    private static func targetsWithTensors(in declared: [String: Set<String>]) -> [String] {
        withoutTensors.filter {
            !Manifest.reachable(from: $0, in: declared).isDisjoint(with: ["Torch", "CTorch", "Models"])
        }
    }

    @Test func tensorsStayBelowTheVocabulary() throws {
        let declared = try Self.manifest()
        #expect(declared.filter { $0.value.contains("CTorch") }.keys.sorted() == ["Torch"])
        #expect(declared.filter { $0.value.contains("CArrow") }.keys.sorted() == ["Parquet"])
        #expect(declared.filter { $0.value.contains("CLibCurl") }.keys.sorted() == ["HTTP"])
        #expect(Self.targetsWithTensors(in: declared) == [])
    }

    @Test func aDependencyThatBringsTensorsIsReported() throws {
        var declared = try Self.manifest()
        declared["Reports", default: []].insert("Torch")
        #expect(Self.targetsWithTensors(in: declared) == ["Reports", "Evaluation", "Serving"])
    }

    private static func swiftFiles(of target: String) throws -> [SwiftFile] {
        try ["Sources", "Tests"].flatMap { try SourceTree.swiftFiles(below: "\($0)/\(target)") }
    }
}
