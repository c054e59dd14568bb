import Testing

/// Between targets the manifest says who may use whom; between the folders of a target `FolderTable` does.
struct FolderTests {
    @Test func foldersUseWhatTheTableAllows() throws {
        let check = FolderCheck(try SourceTree.sources())
        #expect(check.uses.count > 300)
        #expect(check.problems(in: FolderTable.targets) == [])
    }

    // MARK: The check itself

    /// A literal or comment that the reader takes for code, or the reverse, leaves a bracket over.
    @Test func bracketsOfEveryFileCloseInItsCode() throws {
        func depth(_ file: SwiftFile, _ opening: String, _ closing: String) -> Int {
            file.tokens.count { $0.text == opening } - file.tokens.count { $0.text == closing }
        }
        let open = try SourceTree.all().filter {
            depth($0, "{", "}") != 0 || depth($0, "(", ")") != 0 || depth($0, "[", "]") != 0
        }
        #expect(open.map(\.path) == [])
    }

    @Test func aFileOfALowFolderThatNamesATypeOfAHigherOneIsReported() throws {
        let stray = SwiftFile(
            path: "Sources/Runs/Files/Stray.swift", text: "struct Stray { let run: RunFolder }")
        let table = FolderTable.targets.filter { $0.key == "Runs" }
        let runs = try SourceTree.swiftFiles(below: "Sources/Runs")
        #expect(FolderCheck(runs).problems(in: table) == [])
        #expect(
            FolderCheck(runs + [stray]).problems(in: table) == [
                """
                Sources/Runs/Files/Stray.swift mentions RunFolder, but folder Files of Runs may not use Folder: move \
                the file or the declaration to the folder where it belongs, or, if Files stands above Folder, say so \
                in FolderTable.swift
                """
            ])
    }

    private static let house = [
        SwiftFile(path: "Sources/House/Ground/Wall.swift", text: "struct Wall { var height = 3 }"),
        SwiftFile(
            path: "Sources/House/Roof/Tile.swift",
            text: """
                func tiled() {}
                extension Wall { var topped: Int { 1 }; private var bare: Int { 2 }; struct Rim {} }
                private let hidden = 1
                """),
    ]

    private static let table = ["House": ["Ground": Set<String>(), "Roof": ["Ground"]]]

    /// What `text` in a file of the low folder mentions of the high one.
    private static func symbols(in text: String) -> [String] {
        let file = SwiftFile(path: "Sources/House/Ground/Stray.swift", text: text)
        return FolderCheck(house + [file]).uses.filter { $0.path == file.path }.map(\.symbol)
    }

    @Test func functionsAndMembersOfExtensionsCount() {
        #expect(Self.symbols(in: "func f(wall: Wall) { tiled() }") == ["tiled"])
        #expect(
            Self.symbols(in: "func f(wall: Wall) { wall.topped; wall.bare; hidden; Wall.Rim() }") == [
                "Rim", "topped",
            ])
        #expect(Self.symbols(in: #"let text = "a \(f("tiled", tiled()))""#) == ["tiled"])
    }

    @Test func commentsLiteralsAndNamesOfItsOwnDoNotCount() {
        #expect(Self.symbols(in: "// tiled()\nlet a = 1 /* tiled() */") == [])
        #expect(Self.symbols(in: ##"let a = "tiled \" tiled"; let b = #"\ " tiled"#"##) == [])
        #expect(Self.symbols(in: "let a = \"\"\"\n    \"tiled\" // tiled\n    \"\"\"") == [])
        #expect(Self.symbols(in: "let a = /tiled\"/; let b = #/tiled/#") == [])
        #expect(Self.symbols(in: "struct Own { let topped = 1 }; let a = Own().topped") == [])
        #expect(Self.symbols(in: "func f(tiled: Bool) { if tiled {} }") == [])
    }

    @Test func aMemberThatAnotherTargetMentionsTellsNothing() {
        let other = SwiftFile(path: "Sources/Garden/Hedge.swift", text: "let a = hedge.topped")
        let stray = SwiftFile(path: "Sources/House/Ground/Stray.swift", text: "let a = wall.topped")
        #expect(FolderCheck(Self.house + [stray, other]).problems(in: Self.table) == [])
        #expect(FolderCheck(Self.house + [stray]).problems(in: Self.table).count == 1)
    }

    @Test func aTableThatSaysMoreOrLessThanThereIsIsReported() {
        let check = FolderCheck(Self.house)
        #expect(check.problems(in: Self.table) == [])
        #expect(
            check.problems(in: ["House": ["Ground": [], "Roof": ["Ground"], "Cellar": []]]) == [
                "FolderTable.swift names the folder Cellar of House, which is not there: remove it"
            ])
        #expect(
            check.problems(in: ["House": ["Roof": ["Ground"]]]) == [
                "FolderTable.swift lacks the folder Ground of House: add it with the folders that it may use"
            ])
        #expect(
            check.problems(in: ["House": ["Ground": ["Roof"], "Roof": ["Ground"]]]) == [
                "FolderTable.swift lets Ground of House use Roof, which it does not: remove it",
                "FolderTable.swift has a circle in House: Ground → Roof → Ground",
            ])
    }
}
