package import HTTPTypes

/// An error response in the format of the OpenAI API.
package struct APIError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case invalidRequest = "invalid_request_error"
        case authentication = "authentication_error"
        case permission = "permission_error"
        case notFound = "not_found_error"
        case overloaded = "overloaded_error"
        case timeout = "timeout_error"
        case server = "server_error"
    }

    /// HTTP status.
    package let status: Int
    package let kind: Kind
    package let message: String
    /// The path of the invalid value in the request, such as `messages[1].content`.
    package let parameter: String?
    /// A machine-readable error code.
    package let code: String?
    /// Header fields of the response, such as `Retry-After`.
    package let headers: HTTPFields

    package init(
        status: Int, _ kind: Kind, _ message: String, parameter: String? = nil, code: String? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.kind = kind
        self.message = message
        self.parameter = parameter
        self.code = code
        self.headers = headers
    }

    package var description: String { message }
}

extension APIError {
    /// A value that is outside the API or not accepted by this server.
    ///
    /// - Parameters:
    ///   - parameter: its path in the request.
    ///   - problem: the sentence that begins with the path, such as "must be a string".
    static func invalid(_ parameter: String, _ problem: String) -> APIError {
        APIError(
            status: 400, .invalidRequest, "\(parameter) \(problem)", parameter: parameter,
            code: "invalid_value")
    }

    /// The same for a value of the API that this server does not support.
    static func unsupported(_ parameter: String, _ problem: String) -> APIError {
        APIError(
            status: 400, .invalidRequest, "\(parameter) \(problem)", parameter: parameter,
            code: "unsupported_value")
    }

    static func tooLarge(_ message: String) -> APIError {
        APIError(status: 413, .invalidRequest, message, code: "request_too_large")
    }

    static func noRoute(_ path: String) -> APIError {
        APIError(status: 404, .notFound, "unknown path \(path)", code: "unknown_url")
    }

    static func wrongMethod(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> APIError {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        return APIError(
            status: 405, .invalidRequest, "\(method.rawValue) is not possible here; use \(names)",
            code: "method_not_allowed", headers: [.allow: names])
    }

    /// - Parameter headers: what the server accepts instead.
    static func unsupportedMedia(_ message: String, headers: HTTPFields = [:]) -> APIError {
        APIError(
            status: 415, .invalidRequest, message, code: "unsupported_media_type", headers: headers)
    }

    static func noModel(_ name: String, known: [String]) -> APIError {
        APIError(
            status: 404, .notFound, "unknown model \(name); available: \(known.joined(separator: ", "))",
            parameter: "model", code: "model_not_found")
    }

    static let tookTooLong = APIError(
        status: 504, .timeout, "the answer took longer than this server allows", code: "timeout")
}

/// The body of an error response.
struct ErrorBody: Encodable {
    struct Content: Encodable {
        let message: String
        let type: String
        let param: String?
        let code: String?

        private enum CodingKeys: CodingKey { case message, type, param, code }

        /// `param` and `code` are written even if null, as in the API.
        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(message, forKey: .message)
            try values.encode(type, forKey: .type)
            try values.encode(param, forKey: .param)
            try values.encode(code, forKey: .code)
        }
    }

    let error: Content

    init(_ error: APIError) {
        self.error = Content(
            message: error.message, type: error.kind.rawValue, param: error.parameter, code: error.code)
    }
}
