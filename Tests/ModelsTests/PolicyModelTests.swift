import Foundation
import Models
import Testing

struct PolicyModelTests {
    private static let base = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Models/nano-base")

    /// A resumed run prunes the checkpoint that it started from.
    @Test func savesAWholeCheckpointAfterItsOwnIsGone() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (first, second) = (folder.appending(path: "first"), folder.appending(path: "second"))
        try FileManager.default.copyItem(at: Self.base, to: first)
        let model = try PolicyModel(directory: first)
        try FileManager.default.removeItem(at: first)
        try model.save(to: second)
        #expect(throws: Never.self) { try PolicyModel(directory: second) }
    }
}
