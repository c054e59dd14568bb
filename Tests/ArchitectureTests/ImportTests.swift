import Foundation
import Testing

/// SwiftPM builds a file that imports a module its target never declared, as long as another target pulls it in.
/// These tests hold the import lines against the manifest instead.
struct ImportTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Modules of the toolchain, which no manifest lists.
    private static let toolchain: Set<String> = [
        "Foundation", "FoundationEssentials", "Testing", "Synchronization", "Dispatch", "Glibc", "Musl",
        "Darwin",
        "RegexBuilder",
    ]

    private static func manifest() throws -> [String: Set<String>] {
        try Manifest.dependencies(
            in: String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8))
    }

    @Test func everyImportIsDeclared() throws {
        let declared = try Self.manifest()
        var checkedCount = 0
        for (target, dependencies) in declared {
            for file in try Self.swiftFiles(of: target) {
                for module in try Manifest.imports(in: String(contentsOf: file, encoding: .utf8)) {
                    let allowed =
                        module == target || dependencies.contains(module) || Self.toolchain.contains(module)
                    #expect(
                        allowed,
                        "\(target)/\(file.lastPathComponent) imports \(module), which it does not declare")
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
            let imports = try files.reduce(into: Set<String>()) {
                $0.formUnion(Manifest.imports(in: try String(contentsOf: $1, encoding: .utf8)))
            }
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

    private static func swiftFiles(of target: String) throws -> [URL] {
        let folder = ["Sources", "Tests", "Benchmarks"].map { root.appending(path: "\($0)/\(target)") }
            .first { FileManager.default.fileExists(atPath: $0.path) }
        guard let folder else { return [] }
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
    }
}
