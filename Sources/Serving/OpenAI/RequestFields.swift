import JSON

/// The members of an object in a request: typed access, and the names of those that the server did not read.
///
/// A member that is null counts as absent.
final class RequestFields {
    private let object: JSONObject
    /// The object's path in the request with a dot at its end; empty for the request itself.
    private let prefix: String
    private var read: Set<String> = []
    private var children: [RequestFields] = []

    /// - Parameters:
    ///   - value: an object.
    ///   - path: its path in the request; nil for the request itself.
    init(_ value: JSONValue, path: String? = nil) throws(APIError) {
        guard case .object(let object) = value else {
            throw .invalid(path ?? "the body", "must be an object, not \(value.kind)")
        }
        self.object = object
        prefix = path.map { $0 + "." } ?? ""
    }

    /// The path of a member in the request.
    func path(_ name: String) -> String { prefix + name }

    /// A member's value; nil if it is absent or null.
    func value(_ name: String) -> JSONValue? {
        read.insert(name)
        guard let value = object[name], value != .null else { return nil }
        return value
    }

    func required<Value>(_ name: String, _ value: Value?) throws(APIError) -> Value {
        guard let value else { throw .invalid(path(name), "is missing") }
        return value
    }

    func string(_ name: String) throws(APIError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else {
            throw .invalid(path(name), "must be a string, not \(value.kind)")
        }
        return text
    }

    func boolean(_ name: String) throws(APIError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .boolean(let boolean) = value else {
            throw .invalid(path(name), "must be true or false, not \(value.kind)")
        }
        return boolean
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(APIError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.number, range.contains(number) else {
            let bounds = [range.lowerBound, range.upperBound].map { JSONNumber($0).text }
            throw .invalid(path(name), "must be a number from \(bounds[0]) to \(bounds[1])")
        }
        return number
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let integer = value.integer, range.contains(integer) else {
            let upper = range.upperBound == .max ? "" : " and at most \(range.upperBound)"
            throw .invalid(path(name), "must be an integer of at least \(range.lowerBound)\(upper)")
        }
        return integer
    }

    func list(_ name: String) throws(APIError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard let values = value.array else {
            throw .invalid(path(name), "must be a list, not \(value.kind)")
        }
        return values
    }

    /// The members of an object that is a member.
    func child(_ name: String) throws(APIError) -> RequestFields? {
        guard let value = value(name) else { return nil }
        return try child(value, path: path(name))
    }

    /// The members of the objects in a list.
    func children(_ name: String) throws(APIError) -> [RequestFields]? {
        guard let values = try list(name) else { return nil }
        var fields: [RequestFields] = []
        for (index, value) in values.enumerated() {
            fields.append(try child(value, path: "\(path(name))[\(index)]"))
        }
        return fields
    }

    private func child(_ value: JSONValue, path: String) throws(APIError) -> RequestFields {
        let fields = try RequestFields(value, path: path)
        children.append(fields)
        return fields
    }

    // MARK: Members that are not read

    /// Accepts a member that has no effect; if `values` is given, only with one of these.
    func accept(_ name: String, as values: [JSONValue]? = nil) {
        guard let value = object[name], values?.contains(value) ?? true else { return }
        read.insert(name)
    }

    /// Checks members that `support` describes, in the order of the request.
    func check(_ support: ParameterSupport) throws(APIError) {
        for (name, value) in object.members where value != .null {
            if support.withoutEffect.contains(name) { read.insert(name) }
            guard let refusal = support.refused[name] else { continue }
            read.insert(name)
            guard !refusal.accepted.contains(value), !value.isEmptyCollection else { continue }
            throw .unsupported(path(name), "is not supported; \(refusal.remedy)")
        }
    }

    /// Paths of the members that were not read, here and in children, such as `foo` and `messages[].bar`; each once.
    var unread: [String] {
        let own = object.members.filter { name, value in
            !read.contains(name) && value != .null && !value.isEmptyCollection
        }
        let paths = own.map { path($0.name).replacing(#/\[\d+\]/#, with: "[]") } + children.flatMap(\.unread)
        var seen: Set<String> = []
        return paths.filter { seen.insert($0).inserted }
    }
}

extension JSONValue {
    fileprivate var isEmptyCollection: Bool { array?.isEmpty ?? object?.isEmpty ?? false }
}
