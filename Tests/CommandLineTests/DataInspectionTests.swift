import Foundation
import TestFixtures
import Testing

/// `deepeyes data inspect` as a person runs it.
@Suite struct DataInspectionTests {
    private static let published = DeepEyesCommand.root
        .appending(path: "Tests/TasksTests/Goldens/published-snappy.parquet").path

    @Test func filesAreCountedAndShown() throws {
        let folder = try TemporaryFolder()
        let sheet = folder.path("sheet.html")
        let outcome = try DeepEyesCommand.run(
            "data", "inspect", Self.published, "--model", ShippedModel.nanoBase.path, "--sheet", sheet)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let page = try String(contentsOf: URL(filePath: sheet), encoding: .utf8)
        #expect(page.contains("What colour is the cup?") && page.contains("published-snappy.parquet:4: "))
    }

    @Test func aFileThatIsNoneIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("PAR1 and nothing else", to: "broken.parquet").path
        expectRefusal(
            try DeepEyesCommand.run("data", "inspect", path), naming: path, remedy: "Parquet")
    }
}
