/// The tools that trajectories may call, by name.
package struct ToolBox: Sendable {
    /// The tools, in prompt order.
    package let tools: [any Tool]

    /// The built-in tools.
    package static let standard = ToolBox([
        ZoomTool(),
        RotateTool(),
    ])

    /// - Parameter tools: the tools; of two with the same name, the first is used.
    package init(_ tools: [any Tool]) {
        var names: Set<String> = []
        self.tools = tools.filter { names.insert($0.name).inserted }
    }

    package var names: [String] { tools.map(\.name) }

    package subscript(name: String) -> (any Tool)? { tools.first { $0.name == name } }

    /// The tools with the given names, in the order of this box.
    ///
    /// - Throws: ``UnknownToolError`` for an unknown name.
    package func choosing(_ names: [String]) throws(UnknownToolError) -> ToolBox {
        let names = try checked(names)
        return ToolBox(tools.filter { names.contains($0.name) })
    }

    /// The given names, all of which are in this box.
    ///
    /// - Throws: ``UnknownToolError`` for an unknown name.
    package func checked(_ names: [String]) throws(UnknownToolError) -> [String] {
        if let stranger = names.first(where: { self[$0] == nil }) {
            throw UnknownToolError(name: stranger, known: self.names)
        }
        return names
    }

    /// The specifications of the named tools, with boxes in `frame`. Unknown names are ignored.
    package func specifications(of names: [String], boxesIn frame: BoxFrame) -> [ToolSpecification] {
        tools.filter { names.contains($0.name) }.map { $0.specification(boxesIn: frame) }
    }
}

/// A tool name is unknown.
package struct UnknownToolError: Error, Hashable, CustomStringConvertible {
    package let name: String
    package let known: [String]

    package init(name: String, known: [String]) {
        self.name = name
        self.known = known
    }

    package var description: String {
        "there is no tool \(name); the tools are \(known.joined(separator: ", "))"
    }
}

/// The sessions of one trajectory, each opened at the first call to its tool.
struct ToolSessions {
    private let box: ToolBox
    private var sessions: [String: any ToolSession] = [:]

    init(of box: ToolBox) { self.box = box }

    /// - Throws: an error of opening the session.
    mutating func session(of name: String) async throws -> (any ToolSession)? {
        if let known = sessions[name] { return known }
        guard let session = try await box[name]?.open() else { return nil }
        sessions[name] = session
        return session
    }

    mutating func close() async {
        for session in sessions.values { await session.close() }
        sessions = [:]
    }
}
