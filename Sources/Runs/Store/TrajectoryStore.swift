package import Foundation
internal import GRDB

/// The trajectories of a run in SQLite. The trainer writes them while report and viewer read.
///
/// The database is in write-ahead mode: readers see the last complete step and never block the writer.
package final class TrajectoryStore: Sendable {
    /// The access mode of a store.
    package enum Access: Sendable {
        case readWrite
        case readOnly
    }

    private let database: any DatabaseWriter
    private let path: String
    /// Whether the store is a copy of the moment it was opened, because SQLite could not read the file where it is. Later
    /// trajectories need another store.
    package let isSnapshot: Bool

    /// Opens a store. If the file does not exist, `readWrite` creates it and `readOnly` throws
    /// ``RunError/Code/notARun``. `readOnly` also reads from a read-only file system; see ``isSnapshot``.
    package init(at url: URL, access: Access = .readWrite) throws {
        path = url.path
        if access == .readOnly, !FileManager.default.fileExists(atPath: path) {
            throw RunError(
                .notARun, operation: "read", path: path, detail: "the file does not exist",
                remedy: "give the folder of a training run")
        }
        var configuration = Configuration()
        configuration.readonly = access == .readOnly
        configuration.busyMode = .timeout(10)
        (database, isSnapshot) = try Self.reporting("open", path) { [configuration] in
            do {
                let pool = try DatabasePool(path: url.path, configuration: configuration)
                // A file that cannot be read where it is may fail only now.
                if access == .readOnly { _ = try pool.read(Schema.isReadable) }
                return (pool, false)
            } catch let error as DatabaseError where access == .readOnly && error.isDeniedWriting {
                return (try DatabaseSnapshot.open(url, configuration: configuration), true)
            }
        }
        try prepare(access)
    }

    /// Closes the connections; the last one merges the write-ahead log into the file.
    package func close() throws {
        try reporting("close") { try database.close() }
    }

    /// Flushes all inserted trajectories to disk; called before a checkpoint of the same step is published.
    package func synchronize() throws {
        try reporting("sync") { _ = try database.writeWithoutTransaction { try $0.checkpoint(.passive) } }
    }

    private func prepare(_ access: Access) throws {
        let migrator = Schema.migrator
        if access == .readWrite, try reporting("read", { try !database.read(migrator.hasBeenSuperseded) }) {
            try reporting("create the tables of") { try migrator.migrate(database) }
        }
        guard try reporting("read", { try database.read(Schema.isReadable) }) else {
            throw RunError(
                .malformed, operation: "read", path: path, detail: "its tables are those of another version",
                remedy: "use the version of deepeyes that wrote the run")
        }
    }
}

// MARK: - Writing

extension TrajectoryStore {
    /// Inserts trajectories, usually those of one step, in one transaction.
    ///
    /// The samples of a group must be inserted together; their common prompt is stored once.
    package func insert(_ records: [TrajectoryRecord]) throws {
        try reporting("write to") {
            try database.write { database in
                let writer = try TrajectoryWriter(database)
                for record in records { try writer.insert(record) }
            }
        }
    }

    /// Deletes trajectories after `step`, or all for nil; a resumed run generates them again.
    package func removeTrajectories(after step: Int?) throws {
        try reporting("delete from") {
            try database.write { database in
                try database.execute(sql: "DELETE FROM prompt WHERE step > ?", arguments: [step ?? Int.min])
            }
        }
    }
}

// MARK: - Reading

extension TrajectoryStore {
    /// The number of trajectories that match a filter.
    package func count(_ filter: TrajectoryFilter = .all) throws -> Int {
        try read { database in
            let condition = try Self.condition(filter, in: database)
            return try Int.fetchOne(
                database, sql: "SELECT count(*) FROM \(condition.tables) WHERE \(condition.sql)",
                arguments: condition.arguments) ?? 0
        }
    }

    /// A page of a list.
    package func summaries(
        _ filter: TrajectoryFilter = .all, order: TrajectoryOrder = .oldest, limit: Int, offset: Int = 0
    ) throws -> [TrajectorySummary] {
        try read { database in
            let condition = try Self.condition(filter, in: database)
            // Sorting and skipping use ids only; questions and answers are read just for the page.
            let sql = """
                SELECT trajectory.*, example_id, question, expected
                FROM (SELECT trajectory.id AS chosen FROM \(condition.tables) WHERE \(condition.sql)
                      ORDER BY \(order.sql) LIMIT ? OFFSET ?)
                JOIN trajectory ON trajectory.id = chosen
                JOIN prompt ON prompt.id = trajectory.prompt_id
                ORDER BY \(order.sql)
                """
            return try Row.fetchAll(database, sql: sql, arguments: condition.arguments + [limit, offset])
                .map(TrajectorySummary.init)
        }
    }

    /// Averages for each kind of question, in alphabetical order.
    package func kinds(_ filter: TrajectoryFilter = .all) throws -> [KindSummary] {
        try read { database in
            let condition = try Self.condition(filter, in: database)
            let sql = """
                SELECT trajectory.kind AS kind, count(*) AS count, avg(is_correct) AS accuracy,
                       avg(call_count > 0) AS call_rate, avg(first_box_iou) AS first_box_iou
                FROM \(condition.tables) WHERE \(condition.sql)
                GROUP BY trajectory.kind ORDER BY trajectory.kind
                """
            return try Row.fetchAll(database, sql: sql, arguments: condition.arguments).map(KindSummary.init)
        }
    }

    /// Averages over all trajectories that match a filter.
    package func totals(_ filter: TrajectoryFilter = .all) throws -> TrajectoryTotals {
        try read { database in
            let condition = try Self.condition(filter, in: database)
            let sql = """
                SELECT count(*), avg(is_correct), avg(reward), avg(call_count > 0)
                FROM \(condition.tables) WHERE \(condition.sql)
                """
            let row = try Row.fetchOne(database, sql: sql, arguments: condition.arguments)
            return TrajectoryTotals(
                count: row?[0] ?? 0, accuracy: row?[1], meanReward: row?[2], callRate: row?[3])
        }
    }

    private static func condition(
        _ filter: TrajectoryFilter, in database: Database
    ) throws -> TrajectoryCondition {
        TrajectoryCondition(filter, hasPatterns: try Schema.hasPatterns(database))
    }

    /// The thinking patterns that occur, in the order of their declaration.
    package func patterns() throws -> [ThinkingPattern] {
        try read { database in
            guard try Schema.hasPatterns(database) else { return [] }
            let names = try String.fetchSet(database, sql: "SELECT DISTINCT name FROM pattern")
            return ThinkingPattern.allCases.filter { names.contains($0.rawValue) }
        }
    }

    /// The finish reasons, in alphabetical order.
    package func finishes() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT DISTINCT finish FROM trajectory ORDER BY finish") }
    }

    /// The kinds of question, in alphabetical order.
    package func kindNames() throws -> [String] {
        try read { try String.fetchAll($0, sql: "SELECT DISTINCT kind FROM prompt ORDER BY kind") }
    }

    /// The origins, in alphabetical order.
    package func origins() throws -> [TrajectoryOrigin] {
        try read { database in
            try String.fetchAll(database, sql: "SELECT DISTINCT origin FROM prompt ORDER BY origin")
                .map(TrajectoryOrigin.init)
        }
    }

    /// The first and the last step with trajectories of an origin; nil if there are none.
    package func steps(of origin: TrajectoryOrigin) throws -> ClosedRange<Int>? {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT min(step), max(step) FROM prompt WHERE origin = ?",
                arguments: [origin.description])
            guard let row, let first = row[0] as Int?, let last = row[1] as Int? else { return nil }
            return first...last
        }
    }

    /// Complete trajectories that match a filter, in the given order.
    package func trajectories(
        _ filter: TrajectoryFilter = .all, order: TrajectoryOrder = .oldest, limit: Int
    ) throws -> [TrajectoryRecord] {
        try read { database in
            let condition = try Self.condition(filter, in: database)
            let ids = try Int64.fetchAll(
                database,
                sql: """
                    SELECT trajectory.id FROM \(condition.tables) WHERE \(condition.sql)
                    ORDER BY \(order.sql) LIMIT ?
                    """,
                arguments: condition.arguments + [limit])
            let reader = TrajectoryReader(database: database, path: self.path)
            return try ids.compactMap(reader.record)
        }
    }

    private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try reporting("read") { try database.read(body) }
    }

    private func reporting<Value>(_ operation: String, _ body: () throws -> Value) throws -> Value {
        try Self.reporting(operation, path, body)
    }

    private static func reporting<Value>(
        _ operation: String, _ path: String, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw RunError(
                .database, operation: operation, path: path, detail: "\(error)",
                remedy: "check free space and permissions, and that only one trainer writes to the run")
        }
    }
}
