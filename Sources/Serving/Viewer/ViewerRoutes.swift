import Foundation
import HTTPTypes
import Hummingbird
import Runs

/// Routes of the viewer: the pages `/runs` and `/runs/NAME`, and their data under `/api/runs`.
///
/// A trajectory is identified by its key, such as `at=training/12/3/0`, which is stable across a resume.
package struct ViewerRoutes: RouteSet {
    private let library: RunLibrary
    private let isHome: Bool

    private static let pageLength = 1...1000
    /// Maximum number of trajectories returned for a group or a question.
    private static let groupLimit = 600

    /// - Parameters:
    ///   - library: the runs to show.
    ///   - isHome: whether `/` redirects to the viewer.
    package init(_ library: RunLibrary, isHome: Bool = false) {
        self.library = library
        self.isHome = isHome
    }

    package func add(to routes: ServerRoutes) {
        addPages(routes)
        addMetrics(routes)
        addTrajectories(routes)
        get("trajectories.csv", of: routes) { run, query in
            try await ViewerExports.trajectories(of: run, query.filter(), order: query.order())
        }
        get("metrics.csv", of: routes) { run, _ in try await ViewerExports.metrics(of: run) }
        get("trajectory.html", of: routes) { run, query in
            try await ViewerExports.page(of: Self.record(query, in: run), in: run)
        }
    }

    /// The path of the run if there is exactly one, else of the list of runs.
    package var home: String {
        let names = library.folders().keys
        guard names.count == 1, let name = names.first else { return "/runs" }
        return "/runs/\(name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? name)"
    }

    // MARK: Pages

    private func addPages(_ routes: ServerRoutes) {
        let page = Asset("viewer.html", PackageResources.viewer_html)
        routes.router.get("runs") { _, _ in page.response }
        routes.router.get("runs/:run") { [library] _, context in
            _ = try library.run(Self.name(context))
            return page.response
        }
        for (name, bytes) in Self.files {
            let asset = Asset(name, bytes)
            routes.router.get("assets/viewer/\(name)") { _, _ in asset.response }
        }
        guard isHome else { return }
        routes.router.get("/") { [self] _, _ in
            Response(status: .temporaryRedirect, headers: [.location: home])
        }
    }

    private static let files: [(name: String, bytes: [UInt8])] = [
        ("viewer.css", PackageResources.viewer_css),
        ("about.js", PackageResources.about_js),
        ("curves.js", PackageResources.curves_js),
        ("document.js", PackageResources.document_js),
        ("exports.js", PackageResources.exports_js),
        ("picture.js", PackageResources.picture_js),
        ("prompt.js", PackageResources.prompt_js),
        ("runs.js", PackageResources.runs_js),
        ("runs_table.js", PackageResources.runs_table_js),
        ("state.js", PackageResources.state_js),
        ("status.js", PackageResources.status_js),
        ("trajectories.js", PackageResources.trajectories_js),
        ("trajectory.js", PackageResources.trajectory_js),
        ("viewer.js", PackageResources.viewer_js),
    ]

    // MARK: Data

    private func addMetrics(_ routes: ServerRoutes) {
        routes.router.get("api/runs") { [library, isHome] request, _ in
            let columns = request.uri.queryParameters["columns"].map(String.init)
            return Response.json(try await library.list(columns: columns, hasPlayground: !isHome))
        }
        get("facts", of: routes) { run, _ in
            Response.json(
                try await run.trajectories { try RunFacts($0) }
                    ?? RunFacts(origins: [], kinds: [], finishes: [], patterns: []))
        }
        get("metrics", of: routes) { run, query in
            let after = try query.number("after", in: -1...Int.max) ?? -1
            let metrics = try await run.metrics()
            return Response.json(
                MetricColumns(
                    metrics, after: after, alarms: try await run.alarms(),
                    status: StatusValue(run, metrics), written: run.lastWritten, now: .now))
        }
        get("configuration", of: routes) { run, _ in
            Response.text(
                (try? run.folder.configuration()) ?? "", type: "text/plain; charset=utf-8",
                headers: [.cacheControl: "no-cache"])
        }
    }

    private func addTrajectories(_ routes: ServerRoutes) {
        get("trajectories", of: routes) { run, query in
            let (filter, order) = (try query.filter(), try query.order())
            let limit = try query.number("limit", in: Self.pageLength) ?? 50
            let offset = try query.number("offset", in: 0...Int(Int32.max)) ?? 0
            let lines = try await run.trajectories { store in
                try store.summaries(filter, order: order, limit: limit, offset: offset)
            }
            return Response.json((lines ?? []).map(TrajectoryLine.init))
        }
        get("totals", of: routes) { run, query in
            let filter = try query.filter()
            return Response.json(
                try await run.trajectories { TotalsValue(try $0.totals(filter)) }
                    ?? TotalsValue(count: 0, accuracy: nil, reward: nil, callRate: nil))
        }
        get("trajectory", of: routes) { run, query in
            Response.json(try await Self.value(Self.record(query, in: run), in: run))
        }
        get("group", of: routes) { run, query in
            let key = try query.trajectoryKey()
            return try await Self.values(key.groupFilter, in: run)
        }
        get("prompt", of: routes) { run, query in
            let record = try await Self.record(query, in: run)
            return try await Self.values(
                TrajectoryFilter(exampleID: record.exampleID, question: record.question), in: run)
        }
        get("image", of: routes) { run, query in
            let picture = try RunPicture(query)
            return try await picture.response(of: Self.record(query, in: run), in: run)
        }
    }

    private static func record(_ query: ViewerQuery, in run: ShownRun) async throws -> TrajectoryRecord {
        let key = try query.trajectoryKey()
        let found = try await run.trajectories { try $0.trajectories(key.filter, limit: 1).first }
        guard let record = found ?? nil else {
            throw APIError(
                status: 404, .notFound, "the run has no trajectory \(key)", code: "trajectory_not_found")
        }
        return record
    }

    private static func values(_ filter: TrajectoryFilter, in run: ShownRun) async throws -> Response {
        let records = try await run.trajectories { try $0.trajectories(filter, limit: groupLimit) }
        var values: [TrajectoryValue] = []
        for record in records ?? [] { values.append(await value(record, in: run)) }
        return Response.json(values)
    }

    /// The pieces of a segment are nil without a tokenizer, and where the run's tokenizer did not make the tokens: those of a
    /// model on a server.
    private static func value(_ record: TrajectoryRecord, in run: ShownRun) async -> TrajectoryValue {
        var pieces: [[String]?] = []
        for segment in record.segments {
            let texts = segment.kind == .completion ? try? await run.material.texts(of: segment.tokens) : nil
            pieces.append(texts?.joined() == segment.text ? texts : nil)
        }
        return TrajectoryValue(record, pieces: pieces)
    }

    // MARK: Requests about a run

    private func get(
        _ path: String, of routes: ServerRoutes,
        _ answer: @escaping @Sendable (ShownRun, ViewerQuery) async throws -> Response
    ) {
        routes.router.get("api/runs/:run/\(path)") { [library] request, context in
            try await answer(try library.run(Self.name(context)), ViewerQuery(request))
        }
    }

    private static func name(_ context: ServingContext) -> String {
        let written = context.parameters.get("run") ?? ""
        return written.removingPercentEncoding ?? written
    }
}
