internal import Foundation
internal import GRDB

/// Inserts trajectories within one transaction.
final class TrajectoryWriter {
    private let database: Database
    private let prompt: Statement
    private let trajectory: Statement
    private let segment: Statement
    private let pattern: Statement
    private let encoder = JSONEncoder()
    private var knownPrompts: [PromptKey: (id: Int64, segments: ArraySlice<SegmentRecord>)] = [:]

    private struct PromptKey: Hashable {
        let origin: TrajectoryOrigin
        let step: Int
        let group: Int
    }

    init(_ database: Database) throws {
        self.database = database
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        prompt = try database.cachedStatement(
            sql: """
                INSERT INTO prompt (origin, step, group_index, example_id, kind, question, expected, images,
                                    ground_truth)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        trajectory = try database.cachedStatement(
            sql: """
                INSERT INTO trajectory (prompt_id, origin, step, group_index, sample, kind, answer, reward,
                                        advantage, is_correct, has_format_error, call_count, first_box_iou,
                                        completion_tokens, finish, rewards, calls)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        pattern = try database.cachedStatement(
            sql: "INSERT INTO pattern (trajectory_id, name) VALUES (?, ?)")
        segment = try database.cachedStatement(
            sql: """
                INSERT INTO segment (prompt_id, trajectory_id, kind, text, tokens, log_probabilities,
                                     policy_version, views)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
    }

    func insert(_ record: TrajectoryRecord) throws {
        let promptID = try promptID(of: record)
        try trajectory.execute(arguments: [
            promptID, record.origin.description, record.step, record.group, record.sample, record.kind,
            record.answer, record.reward, record.advantage, record.isCorrect, record.hasFormatError,
            record.calls.count, record.firstBoxIoU, record.completionTokenCount, record.finish,
            try json(record.rewards), try json(record.calls),
        ])
        let id = database.lastInsertedRowID
        for name in record.patterns { try pattern.execute(arguments: [id, name.rawValue]) }
        for segment in record.segments.dropFirst(record.prompt.count) {
            try insert(segment, promptID: nil, trajectoryID: id)
        }
    }

    private func promptID(of record: TrajectoryRecord) throws -> Int64 {
        let key = PromptKey(origin: record.origin, step: record.step, group: record.group)
        if let known = knownPrompts[key] {
            guard known.segments == record.prompt else {
                throw RunError(
                    .malformed, operation: "store",
                    path: "trajectory \(record.step)/\(record.group)/\(record.sample)",
                    detail: "its prompt differs from that of the group's other samples",
                    remedy: "give each prompt its own group")
            }
            return known.id
        }
        try prompt.execute(arguments: [
            record.origin.description, record.step, record.group, record.exampleID, record.kind,
            record.question,
            record.expected, try json(record.images), try json(record.groundTruthBoxes),
        ])
        let id = database.lastInsertedRowID
        for segment in record.prompt { try insert(segment, promptID: id, trajectoryID: nil) }
        knownPrompts[key] = (id, record.prompt)
        return id
    }

    private func insert(_ record: SegmentRecord, promptID: Int64?, trajectoryID: Int64?) throws {
        try segment.execute(arguments: [
            promptID, trajectoryID, record.kind.rawValue, record.text, PackedNumbers.pack(record.tokens),
            PackedNumbers.pack(record.logProbabilities), record.policyVersion, try json(record.views),
        ])
    }

    private func json(_ value: some Encodable) throws -> String {
        String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// Assembles trajectories from their rows.
struct TrajectoryReader {
    let database: Database
    let path: String

    func record(id: Int64) throws -> TrajectoryRecord? {
        let sql = """
            SELECT trajectory.*, example_id, question, expected, images, ground_truth
            FROM trajectory JOIN prompt ON prompt.id = prompt_id WHERE trajectory.id = ?
            """
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [id]) else { return nil }
        var record = TrajectoryRecord(
            origin: TrajectoryOrigin(row["origin"]), step: row["step"], group: row["group_index"],
            sample: row["sample"], exampleID: row["example_id"], kind: row["kind"], question: row["question"],
            expected: row["expected"], answer: row["answer"], images: try value(of: "images", row),
            groundTruthBoxes: try value(of: "ground_truth", row),
            segments: try segments("prompt_id", row["prompt_id"]) + segments("trajectory_id", id),
            calls: try value(of: "calls", row), rewards: try value(of: "rewards", row), reward: row["reward"],
            advantage: row["advantage"], isCorrect: row["is_correct"],
            hasFormatError: row["has_format_error"],
            finish: row["finish"])
        record.patterns = try patterns(id)
        return record
    }

    private func patterns(_ id: Int64) throws -> [ThinkingPattern] {
        guard try Schema.hasPatterns(database) else { return [] }
        let names = try String.fetchSet(
            database, sql: "SELECT name FROM pattern WHERE trajectory_id = ?", arguments: [id])
        return ThinkingPattern.allCases.filter { names.contains($0.rawValue) }
    }

    private func segments(_ owner: String, _ id: Int64) throws -> [SegmentRecord] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM segment WHERE \(owner) = ? ORDER BY id", arguments: [id]
        ).map {
            row in
            guard let kind = SegmentRecord.Kind(rawValue: row["kind"]),
                let tokens = PackedNumbers.integers(row["tokens"]),
                let logProbabilities = PackedNumbers.floats(row["log_probabilities"])
            else { throw malformed("segment \(row["id"] as Int64)") }
            return SegmentRecord(
                kind: kind, text: row["text"], tokens: tokens, logProbabilities: logProbabilities,
                policyVersion: row["policy_version"], views: try value(of: "views", row))
        }
    }

    private func value<Value: Decodable>(of column: String, _ row: Row) throws -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data((row[column] as String).utf8))
        } catch {
            throw malformed("\(column) of row \(row["id"] as Int64): \(error)")
        }
    }

    private func malformed(_ detail: String) -> RunError {
        RunError(
            .malformed, operation: "read", path: path, detail: detail,
            remedy: "the database was changed by another program; restore it from a copy")
    }
}

/// A filter as an SQL condition.
struct TrajectoryCondition {
    private(set) var sql = "1"
    private(set) var arguments: StatementArguments = []
    private(set) var tables = "trajectory"

    /// - Parameters:
    ///   - filter: the filter.
    ///   - hasPatterns: whether the database has patterns; without them no trajectory has one.
    init(_ filter: TrajectoryFilter, hasPatterns: Bool) {
        if let origin = filter.origin { require("trajectory.origin = ?", [origin.description]) }
        if let steps = filter.steps {
            require("trajectory.step BETWEEN ? AND ?", [steps.lowerBound, steps.upperBound])
        }
        if let group = filter.group { require("trajectory.group_index = ?", [group]) }
        if let sample = filter.sample { require("sample = ?", [sample]) }
        if let kinds = filter.kinds {
            let marks = databaseQuestionMarks(count: kinds.count)
            require("trajectory.kind IN (\(marks))", StatementArguments(kinds.sorted()))
        }
        if let isCorrect = filter.isCorrect { require("is_correct = ?", [isCorrect]) }
        if let rewards = filter.rewards {
            require("reward BETWEEN ? AND ?", [rewards.lowerBound, rewards.upperBound])
        }
        if let calls = filter.callCounts {
            require("call_count BETWEEN ? AND ?", [calls.lowerBound, calls.upperBound])
        }
        if let finish = filter.finish { require("finish = ?", [finish]) }
        if let pattern = filter.pattern {
            hasPatterns
                ? require(
                    "trajectory.id IN (SELECT trajectory_id FROM pattern WHERE name = ?)", [pattern.rawValue])
                : require("0", [])
        }
        if let example = filter.exampleID { requireOfPrompt("example_id = ?", [example]) }
        if let question = filter.question { requireOfPrompt("question = ?", [question]) }
        if let text = filter.text { require(text: text) }
    }

    /// Scans prompts and segments once each, which is faster than a look-up per trajectory. Answers need no search of their
    /// own: their text is part of a completion.
    private mutating func require(text: String) {
        let pattern = "%" + text.map { "%_\\".contains($0) ? "\\\($0)" : "\($0)" }.joined() + "%"
        require(
            """
            (trajectory.prompt_id IN (SELECT id FROM prompt WHERE question LIKE ? ESCAPE '\\')
             OR trajectory.id IN (SELECT trajectory_id FROM segment
                                  WHERE trajectory_id IS NOT NULL AND kind = 'completion'
                                    AND text LIKE ? ESCAPE '\\'))
            """, [pattern, pattern])
    }

    private mutating func require(_ condition: String, _ values: StatementArguments) {
        sql += " AND " + condition
        arguments += values
    }

    private mutating func requireOfPrompt(_ condition: String, _ values: StatementArguments) {
        tables = "trajectory JOIN prompt ON prompt.id = trajectory.prompt_id"
        require(condition, values)
    }
}

extension TrajectoryOrder {
    /// The terms of an ORDER BY.
    var sql: String {
        let oldest = "trajectory.step, trajectory.group_index, trajectory.sample"
        let newest = "trajectory.step DESC, trajectory.group_index DESC, trajectory.sample DESC"
        return switch self {
        case .oldest: oldest
        case .newest: newest
        case .highestReward: "reward DESC, \(newest)"
        case .lowestReward: "reward, \(oldest)"
        case .mostCalls: "call_count DESC, \(newest)"
        }
    }
}

extension TrajectorySummary {
    init(_ row: Row) {
        self.init(
            id: row["id"], origin: TrajectoryOrigin(row["origin"]), step: row["step"],
            group: row["group_index"],
            sample: row["sample"], exampleID: row["example_id"], kind: row["kind"], question: row["question"],
            expected: row["expected"], answer: row["answer"], reward: row["reward"],
            advantage: row["advantage"],
            isCorrect: row["is_correct"], callCount: row["call_count"], firstBoxIoU: row["first_box_iou"],
            completionTokenCount: row["completion_tokens"], finish: row["finish"])
    }
}

extension KindSummary {
    init(_ row: Row) {
        self.init(
            kind: row["kind"], count: row["count"], accuracy: row["accuracy"], callRate: row["call_rate"],
            firstBoxIoU: row["first_box_iou"])
    }
}
