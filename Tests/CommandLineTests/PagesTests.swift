import Foundation
import Testing

/// The pages of the server in a headless browser, used as a person would.
struct PagesTests {
    @Test(
        .enabled(
            if: DeepEyesCommand.shellCan("command -v chromium || command -v google-chrome"),
            "Chromium is missing: apt-get install chromium"))
    func pagesWorkInABrowser() throws {
        let process = DeepEyesCommand.process([], by: #"DEEPEYES="$1" exec python3 Tools/check_pages 2>&1"#)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && text.hasSuffix("PASS\n"), "\(text)")
    }
}
