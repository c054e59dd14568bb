import Testing

/// A file can be read in one go.
struct FileLengthTests {
    @Test func everySwiftFileIsShorterThanFourHundredLines() throws {
        let files = try SourceTree.all()
        #expect(files.count > 400)
        let long = files.filter {
            $0.text.split(separator: "\n", omittingEmptySubsequences: false).count > 400
        }
        #expect(long.map(\.path) == [])
    }
}
