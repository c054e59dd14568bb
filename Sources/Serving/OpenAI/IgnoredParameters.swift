import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// Reports parameters that the server does not know: to the client in a header, and each once in the log.
final class IgnoredParameters: Sendable {
    private let log: @Sendable (String) -> Void
    private let logged = Mutex<Set<String>>([])

    /// So that clients can fill neither the log nor a header.
    private static let logLimit = 100
    private static let headerLimit = 20
    private static let lengthLimit = 64

    private static let plainCharacters = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]")

    init(log: @escaping @Sendable (String) -> Void) { self.log = log }

    /// - Parameters:
    ///   - names: paths in the request.
    ///   - response: receives the header.
    func report(_ names: [String], in response: inout Response) {
        guard !names.isEmpty else { return }
        let names = names.map(Self.spelled)
        let others = names.count > Self.headerLimit ? ["..."] : []
        response.headers[.ignored] = (names.prefix(Self.headerLimit) + others).joined(separator: ", ")
        for name in names where isNew(name) {
            log("ignored the unknown parameter \(name) of a request for a chat completion\n")
        }
    }

    private func isNew(_ name: String) -> Bool {
        logged.withLock { $0.count < Self.logLimit && $0.insert(name).inserted }
    }

    /// A name as it can stand in a header.
    private static func spelled(_ name: String) -> String {
        let spelled = name.addingPercentEncoding(withAllowedCharacters: plainCharacters) ?? ""
        return String(spelled.prefix(lengthLimit))
    }
}

extension HTTPField.Name {
    static let ignored = Self("X-DeepEyes-Ignored")!
}
