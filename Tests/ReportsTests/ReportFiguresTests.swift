import Foundation
import Reports
import Runs
import Testing

extension EvaluationMeasurement {
    /// An evaluation of three kinds, of which the first is looked at closer.
    static func sample(
        step: Int, offersTools: Bool = true, attribute: Double, calls: Double
    ) -> EvaluationMeasurement {
        func kind(_ name: String, _ accuracy: Double, _ calls: Double = 0) -> Kind {
            Kind(
                name: name,
                score: Score(items: 200, accuracy: accuracy, interval: [0.25, 0.5], callRate: calls))
        }
        return EvaluationMeasurement(
            step: step, offersTools: offersTools,
            overall: Score(items: 600, accuracy: 0.5, interval: [0.25, 0.75], callRate: calls / 4),
            kinds: [kind("attribute", attribute, calls), kind("relation", 0.75), kind("existence", 0.875)],
            callsPerTrajectory: calls, firstBoxIoU: calls > 0 ? 0.4375 : nil, formatErrorRate: 0.125)
    }
}

extension ReportFigures {
    static let sample = ReportFigures(
        seed: 1, training: .init(steps: 400, seconds: 928.5, trajectories: 25_600),
        evaluations: [
            .init(
                name: "scenes", title: "Held-out scenes", source: .heldOutScenes(200),
                measurements: [
                    .sample(step: 0, attribute: 0.2, calls: 0.5),
                    .sample(step: 200, attribute: 0.5, calls: 0.75),
                    .sample(step: 400, attribute: 0.825, calls: 1),
                    .sample(step: 400, offersTools: false, attribute: 0.125, calls: 0),
                ])
        ])
}

@Suite struct ReportFiguresTests {
    @Test func theJSONHoldsEveryMeasurement() throws {
        struct Score: Decodable, Equatable {
            let items: Int
            let accuracy: Double
            let interval: [Double]
            let tool_call_rate: Double
        }
        struct Measurement: Decodable {
            let step: Int
            let tools: Bool
            let items: Int
            let accuracy: Double
            let calls_per_trajectory: Double
            let first_box_iou: Double?
            let format_error_rate: Double
            let kinds: [String: Score]
        }
        struct Evaluation: Decodable {
            let title: String
            let measurements: [Measurement]
        }
        struct Training: Decodable { let steps, trajectories: Int }
        struct File: Decodable {
            let seed: Int
            let training: Training
            let evaluations: [String: Evaluation]
        }
        let file = try JSONDecoder().decode(File.self, from: Data(ReportFigures.sample.json.utf8))
        #expect(file.seed == 1 && file.training.steps == 400 && file.training.trajectories == 25_600)
        let evaluation = try #require(file.evaluations["scenes"])
        #expect(evaluation.title == "Held-out scenes")
        #expect(evaluation.measurements.map(\.step) == [0, 200, 400, 400])
        #expect(evaluation.measurements.map(\.tools) == [true, true, true, false])
        let trained = evaluation.measurements[2]
        #expect(trained.items == 600 && trained.accuracy == 0.5 && trained.calls_per_trajectory == 1)
        #expect(trained.first_box_iou == 0.4375 && trained.format_error_rate == 0.125)
        #expect(
            trained.kinds["attribute"]
                == Score(items: 200, accuracy: 0.825, interval: [0.25, 0.5], tool_call_rate: 1))
        #expect(evaluation.measurements[3].first_box_iou == nil)
        #expect(ReportFigures.sample.json.hasSuffix("}\n"))
    }

    @Test func aNameCannotBreakTheJSON() throws {
        let name = "a\"b\\c\n\u{1}"
        let figures = ReportFigures(
            seed: 1, training: .init(steps: 1, seconds: 1, trajectories: 1),
            evaluations: [.init(name: name, title: name, measurements: [])])
        struct Evaluation: Decodable { let title: String }
        struct File: Decodable { let evaluations: [String: Evaluation] }
        let file = try JSONDecoder().decode(File.self, from: Data(figures.json.utf8))
        #expect(file.evaluations[name]?.title == name)
    }

    @Test func theTableForATerminalHasKindsAsRowsAndConditionsAsColumns() throws {
        let table = try #require(ReportFigures.sample.tables.first)
        #expect(table.columns == ["base", "trained", "trained, no tools"])
        #expect(table.rows[0] == ["All kinds: right answers", "50.0 %", "50.0 %", "50.0 %"])
        #expect(table.rows[1] == ["Attribute: right answers", "20.0 %", "82.5 %", "12.5 %"])
        #expect(table.rows.contains(["Attribute: answers with a tool call", "50.0 %", "100.0 %", "0.0 %"]))
        #expect(table.rows.contains(["Overlap of the first box", "0.44", "0.44", "–"]))
        // Kinds on which nobody looks closer have no row of their own for it.
        #expect(!table.rows.contains { $0[0] == "Relation: answers with a tool call" })
    }

    @Test func curvesAreNamedByEvaluationAndKind() {
        let with = EvaluationMeasurement.sample(step: 1, attribute: 0.5, calls: 1).metrics("pope")
        #expect(
            with.map(\.name)
                == [
                    "attribute", "relation", "existence", "all", "tool_call_rate", "first_box_iou",
                    "format_error_rate",
                ].map { "evaluation/pope/\($0)" })
        #expect(with[0].value == 0.5)
        let without = EvaluationMeasurement.sample(step: 1, offersTools: false, attribute: 0.5, calls: 0)
            .metrics("pope")
        #expect(without.first?.name == "evaluation/pope/without_tools/attribute")
        #expect(!without.contains { $0.name.hasSuffix("tool_call_rate") })
    }

    @Test func anEvaluationOfOneKindHasNoKindsAsRows() {
        let score = EvaluationMeasurement.Score(items: 9, accuracy: 0.5)
        let measurement = EvaluationMeasurement(
            step: 0, offersTools: true, overall: score, kinds: [.init(name: "text", score: score)],
            callsPerTrajectory: 0, firstBoxIoU: nil, formatErrorRate: 0)
        let figures = ReportFigures(
            seed: 1, training: .init(steps: 0, seconds: 0, trajectories: 0),
            evaluations: [.init(name: "own", title: "Own", measurements: [measurement])])
        #expect(
            figures.tables[0].rows.map { $0[0] } == [
                "Right answers", "Answers with a tool call", "Tool calls per answer", "Format errors",
            ])
    }
}
