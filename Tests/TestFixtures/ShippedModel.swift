package import Foundation

/// The base checkpoint of the repository.
package enum ShippedModel {
    package static let nanoBase = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Models/nano-base")
}
