package import Foundation

/// Golden files, JSON unless said otherwise, in the folder `Goldens` beside a test.
package struct GoldenFolder: Sendable {
    package let url: URL

    package init(beside testFile: String = #filePath) {
        url = URL(filePath: testFile).deletingLastPathComponent().appending(path: "Goldens")
    }

    package func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: url.appending(path: name)))
    }
}
