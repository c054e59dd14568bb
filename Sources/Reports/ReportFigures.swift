import JSON
package import Runs

/// The results of a run: the values of `report.json`.
package struct ReportFigures: Sendable, Equatable {
    /// The effort of training.
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

    /// The measurements of one evaluation at all of its steps.
    package struct Evaluation: Sendable, Equatable {
        /// Where the questions come from.
        package enum Source: Sendable, Equatable {
            case benchmark
            /// Questions of the run's own data, held out of training.
            case heldOutQuestions
            /// That many scenes that training does not see.
            case heldOutScenes(Int)

            /// A number of questions in words, such as `500 held-out scenes, 1,500 questions`.
            func questions(_ count: Int) -> String {
                switch self {
                case .benchmark: "\(Readable.count(count)) questions"
                case .heldOutQuestions: "\(Readable.count(count)) held-out questions"
                case .heldOutScenes(let scenes):
                    "\(Readable.count(scenes)) held-out scenes, \(Readable.count(count)) questions"
                }
            }
        }

        package let name: String
        package let title: String
        package let source: Source
        /// Sorted by step; at one step, with tools before without.
        package let measurements: [EvaluationMeasurement]

        package init(
            name: String, title: String, source: Source = .benchmark, measurements: [EvaluationMeasurement]
        ) {
            self.name = name
            self.title = title
            self.source = source
            self.measurements = measurements
        }

        /// Before training, with tools.
        var base: EvaluationMeasurement? { measurements.first { $0.step == 0 && $0.offersTools } }
        /// After the last step, with tools.
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

    /// The text of `report.json`, with a fixed key order and shortest round-trip numbers.
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
    /// One table per evaluation: all measures, before and after training.
    package var tables: [FigureTable] { evaluations.map(\.table) }
}

extension ReportFigures.Evaluation {
    /// The measurements to compare, with their column names.
    var columns: [(name: String, tone: String, measurement: EvaluationMeasurement)] {
        [
            base.map { ("base", "base", $0) }, withoutTools.map { ("trained, no tools", "bare", $0) },
            trained.map { ("trained", "trained", $0) },
        ].compactMap(\.self)
    }

    /// The measures: accuracy of every kind, and tool use.
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
