internal import GRDB
import Synchronization

/// A cache of verdicts in SQLite, so that no answer is judged twice. Several runs may use the same file.
///
/// The key is the full text instead of a hash, so that the file is readable and collisions are impossible.
package final class VerdictCache: Sendable {
    package struct Key: Hashable, Sendable {
        package var model: String
        /// The prompt template.
        package var prompt: String
        package var question: String
        package var expected: String
        package var answer: String

        package init(model: String, prompt: String, question: String, expected: String, answer: String) {
            self.model = model
            self.prompt = prompt
            self.question = question
            self.expected = expected
            self.answer = answer
        }
    }

    private let database: DatabasePool
    private let problem = Mutex<String?>(nil)

    /// Opens or creates the file at `path`.
    ///
    /// - Throws: ``JudgeError`` if the file is not a verdict cache.
    package init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        do {
            database = try DatabasePool(path: path, configuration: configuration)
            try database.write { database in
                try database.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS judge (
                            id INTEGER PRIMARY KEY, model TEXT NOT NULL, prompt TEXT NOT NULL, UNIQUE (model, prompt));
                        CREATE TABLE IF NOT EXISTS verdict (
                            judge_id INTEGER NOT NULL REFERENCES judge, question TEXT NOT NULL,
                            expected TEXT NOT NULL, answer TEXT NOT NULL, is_right INTEGER NOT NULL,
                            PRIMARY KEY (judge_id, question, expected, answer)) WITHOUT ROWID;
                        """)
            }
        } catch {
            throw JudgeError(
                description: "\(path): cannot be used as verdict cache: \(error); check judge.cache")
        }
    }

    /// Why the file could not be read or written, if that happened. Judging continues without the cache.
    package var failure: String? { problem.withLock { $0 } }

    /// The cached verdict on an answer.
    package subscript(key: Key) -> Bool? {
        get {
            noting {
                try database.read { database in
                    try Bool.fetchOne(
                        database,
                        sql: """
                            SELECT is_right FROM verdict JOIN judge ON judge.id = judge_id
                            WHERE model = ? AND prompt = ? AND question = ? AND expected = ? AND answer = ?
                            """,
                        arguments: [key.model, key.prompt, key.question, key.expected, key.answer])
                }
            } ?? nil
        }
        set {
            guard let newValue else { return }
            noting {
                try database.write { database in
                    try database.execute(
                        sql: "INSERT OR IGNORE INTO judge (model, prompt) VALUES (?, ?)",
                        arguments: [key.model, key.prompt])
                    try database.execute(
                        sql: """
                            INSERT OR REPLACE INTO verdict
                            SELECT id, ?, ?, ?, ? FROM judge WHERE model = ? AND prompt = ?
                            """,
                        arguments: [
                            key.question, key.expected, key.answer, newValue, key.model, key.prompt,
                        ])
                }
            }
        }
    }

    @discardableResult private func noting<Value>(_ body: () throws -> Value) -> Value? {
        do { return try body() } catch {
            problem.withLock { $0 = "verdicts are not cached: \(error)" }
            return nil
        }
    }
}
