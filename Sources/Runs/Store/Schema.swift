internal import GRDB

/// The tables of `run.sqlite`.
///
/// `prompt` has one row per group with the values common to its samples, including prompt tokens. `trajectory` has one row
/// per sample with the columns that lists filter and sort by. `segment` has text and tokens. `pattern` has the patterns of
/// trajectories.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("trajectories") { database in
            try database.execute(sql: trajectories)
        }
        migrator.registerMigration("text") { database in
            try database.execute(sql: text)
        }
        migrator.registerMigration("patterns") { database in
            try database.execute(sql: patterns)
        }
        return migrator
    }

    /// Whether a database can be read. One of an earlier version may lack indexes and patterns; one of a later version is
    /// rejected.
    static func isReadable(_ database: Database) throws -> Bool {
        let isMade = try migrator.appliedIdentifiers(database).contains("trajectories")
        return try isMade && !migrator.hasBeenSuperseded(database)
    }

    /// What trajectories did with their tools.
    private static let patterns = """
        CREATE TABLE pattern (
            trajectory_id INTEGER NOT NULL REFERENCES trajectory (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            PRIMARY KEY (name, trajectory_id)
        ) WITHOUT ROWID;
        CREATE INDEX pattern_by_trajectory ON pattern (trajectory_id);
        """

    /// Whether a database has patterns; one that an earlier version wrote has none.
    static func hasPatterns(_ database: Database) throws -> Bool { try database.tableExists("pattern") }

    /// An index for text search that does not read the token columns.
    private static let text = """
        CREATE INDEX segment_by_text ON segment (kind, trajectory_id, text) WHERE trajectory_id IS NOT NULL;
        """

    private static let trajectories = """
        CREATE TABLE prompt (
            id INTEGER PRIMARY KEY,
            origin TEXT NOT NULL,
            step INTEGER NOT NULL,
            group_index INTEGER NOT NULL,
            example_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            question TEXT NOT NULL,
            expected TEXT NOT NULL,
            images TEXT NOT NULL,
            ground_truth TEXT NOT NULL,
            UNIQUE (origin, step, group_index)
        );
        CREATE TABLE trajectory (
            id INTEGER PRIMARY KEY,
            prompt_id INTEGER NOT NULL REFERENCES prompt (id) ON DELETE CASCADE,
            origin TEXT NOT NULL,
            step INTEGER NOT NULL,
            group_index INTEGER NOT NULL,
            sample INTEGER NOT NULL,
            kind TEXT NOT NULL,
            answer TEXT,
            reward REAL NOT NULL,
            advantage REAL NOT NULL,
            is_correct INTEGER NOT NULL,
            has_format_error INTEGER NOT NULL,
            call_count INTEGER NOT NULL,
            first_box_iou REAL,
            completion_tokens INTEGER NOT NULL,
            finish TEXT NOT NULL,
            rewards TEXT NOT NULL,
            calls TEXT NOT NULL,
            UNIQUE (origin, step, group_index, sample)
        );
        CREATE INDEX trajectory_by_prompt ON trajectory (prompt_id);
        CREATE INDEX trajectory_by_step ON trajectory (step, group_index, sample);
        CREATE INDEX trajectory_by_reward ON trajectory (reward, step, group_index, sample);
        CREATE INDEX trajectory_by_correctness ON trajectory (is_correct, step, group_index, sample);
        CREATE INDEX trajectory_by_kind ON trajectory (kind, step, group_index, sample);
        CREATE INDEX trajectory_by_calls ON trajectory (call_count, step, group_index, sample);
        CREATE TABLE segment (
            id INTEGER PRIMARY KEY,
            prompt_id INTEGER REFERENCES prompt (id) ON DELETE CASCADE,
            trajectory_id INTEGER REFERENCES trajectory (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            tokens BLOB NOT NULL,
            log_probabilities BLOB NOT NULL,
            policy_version INTEGER NOT NULL,
            views TEXT NOT NULL,
            CHECK ((prompt_id IS NULL) != (trajectory_id IS NULL))
        );
        CREATE INDEX segment_by_prompt ON segment (prompt_id) WHERE prompt_id IS NOT NULL;
        CREATE INDEX segment_by_trajectory ON segment (trajectory_id) WHERE trajectory_id IS NOT NULL;
        """
}
