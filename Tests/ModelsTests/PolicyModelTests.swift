import Foundation
import Models
import TestFixtures
import Testing

struct PolicyModelTests {
    /// A resumed run prunes the checkpoint that it started from.
    @Test func savesAWholeCheckpointAfterItsOwnIsGone() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (folder.file("first"), folder.file("second"))
        try FileManager.default.copyItem(at: ShippedModel.nanoBase, to: first)
        let model = try PolicyModel(directory: first)
        try FileManager.default.removeItem(at: first)
        try model.save(to: second)
        #expect(throws: Never.self) { try PolicyModel(directory: second) }
    }
}
