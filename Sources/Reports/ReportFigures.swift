import JSON
package import Runs

/// What a run came to: the values of `report.json`.
package struct ReportFigures: Sendable, Equatable {
    /// What training took.
    package struct Training: Sendable, Equatable {
        package let steps: Int
        package let seconds: Double
        package let trajectories: Int

        package init(steps: Int, seconds: Double, trajectories: Int) {
            self.steps = steps
            self.seconds = seconds
            self.trajectories = trajectories
        }
    }

    /// One evaluation at all steps at which it was made.
    package struct Evaluation: Sendable, Equatable {
        package let name: String
        package let title: String
        /// In the order of steps, with tools on offer before without.
        package let measurements: [EvaluationMeasurement]

        package init(name: String, title: String, measurements: [EvaluationMeasurement]) {
            self.name = name
            self.title = title
            self.measurements = measurements
        }

        /// Before training, with tools on offer.
        var base: EvaluationMeasurement? { measurements.first { $0.step == 0 && $0.offersTools } }
        /// After the last step, with tools on offer.
        var trained: EvaluationMeasurement? {
            measurements.last { $0.offersTools }.flatMap { $0.step > 0 ? $0 : nil }
        }
        /// After the last step, without tools.
        var withoutTools: EvaluationMeasurement? {
            measurements.last { !$0.offersTools && $0.step > 0 }
        }
    }

    package let seed: UInt64
    package let training: Training
    package let evaluations: [Evaluation]

    package init(seed: UInt64, training: Training, evaluations: [Evaluation]) {
        self.seed = seed
        self.training = training
        self.evaluations = evaluations
    }

    /// The text of `report.json`: fixed key order, shortest numbers, a newline at the end.
    package var json: String {
        let members: JSONValue = [
            "seed": .number(seed),
            "training": [
                "steps": .number(training.steps), "seconds": .number(training.seconds),
                "trajectories": .number(training.trajectories),
            ],
            "evaluations": .object(JSONObject(evaluations.map { ($0.name, $0.json) })),
        ]
        return members.text(.indented) + "\n"
    }
}

extension ReportFigures.Evaluation {
    fileprivate var json: JSONValue {
        ["title": .string(title), "measurements": .array(measurements.map(\.json))]
    }
}

extension EvaluationMeasurement {
    fileprivate var json: JSONValue {
        .object(
            JSONObject(
                [("step", .number(step)), ("tools", .boolean(offersTools))] + overall.members + [
                    ("calls_per_trajectory", .number(callsPerTrajectory)),
                    ("first_box_iou", firstBoxIoU.map { .number($0) } ?? .null),
                    ("format_error_rate", .number(formatErrorRate)),
                    (
                        "kinds",
                        .object(JSONObject(kinds.map { ($0.name, .object(JSONObject($0.score.members))) }))
                    ),
                ]))
    }
}

extension EvaluationMeasurement.Score {
    fileprivate var members: [JSONObject.Member] {
        [
            ("items", .number(items)), ("accuracy", .number(accuracy)),
            ("interval", .array(interval.map { .number($0) })), ("tool_call_rate", .number(callRate)),
        ]
    }
}

// MARK: For a terminal

extension ReportFigures {
    /// A table for each evaluation: kinds and what else was measured, before and after.
    package var tables: [FigureTable] { evaluations.map(\.table) }
}

extension ReportFigures.Evaluation {
    /// The measurements that a reader compares, each under a name.
    var columns: [(name: String, tone: String, measurement: EvaluationMeasurement)] {
        [
            base.map { ("base", "base", $0) }, withoutTools.map { ("trained, no tools", "bare", $0) },
            trained.map { ("trained", "trained", $0) },
        ].compactMap(\.self)
    }

    /// What is measured: accuracy of every kind, and how tools were used.
    var measures: [EvaluationMeasure] {
        let kinds = (trained ?? base)?.kinds.map(\.name) ?? []
        return EvaluationMeasure.all(kinds: kinds, inMeasurements: measurements)
    }

    fileprivate var table: FigureTable {
        let order = ["base", "trained", "trained, no tools"]
        let columns = columns.sorted { order.firstIndex(of: $0.name)! < order.firstIndex(of: $1.name)! }
        return FigureTable(
            title, columns: columns.map(\.name),
            rows: measures.map { measure in
                [measure.name] + columns.map { measure.text($0.measurement) }
            })
    }
}
