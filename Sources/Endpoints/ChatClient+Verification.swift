internal import Foundation

extension ChatClient {
    /// Checks that a server is there and answers with the model, by asking for one token. Called before long work, which would
    /// otherwise fail question by question.
    ///
    /// - Throws: ``ChatError`` with what happened; for an unknown model, with the names that the server has.
    package func verify(model: String) async throws {
        let names = try await modelNames()
        do {
            let hello = ChatMessage(.user, "Hello")
            _ = try await complete(ChatRequest(model: model, messages: [hello], maximumTokens: 1))
        } catch let error as ChatError where !names.isEmpty && !names.contains(model) {
            let listed = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
            throw ChatError(
                error.reason, "\(error.description). The server has no model \(model); it has \(listed)")
        }
    }

    /// The names of the models of the first server that can be reached; empty if it does not list them.
    ///
    /// - Throws: ``ChatError`` if no server can be reached.
    private func modelNames() async throws -> [String] {
        var failure: ChatError?
        for url in urls {
            do {
                let list = try JSONDecoder().decode(ListedModels.self, from: await get(url + "/models"))
                return list.data.map(\.id)
            } catch let error as ChatError where [.unreachable, .timedOut].contains(error.reason) {
                failure = error
            } catch is ChatError {
                return []
            } catch is DecodingError {
                return []
            }
        }
        if let failure { throw failure }
        return []
    }
}

/// The reply to `GET /v1/models`.
private struct ListedModels: Decodable {
    struct Model: Decodable { let id: String }

    let data: [Model]
}
