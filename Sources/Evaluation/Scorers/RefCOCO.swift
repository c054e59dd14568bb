import Agent
import Imaging
import JSON

/// refCOCO, refCOCO+ and refCOCOg (Yu et al., 2016; Mao et al., 2016) as lmms-eval scores them: right if the IoU is at
/// least 0.5.
enum RefCOCO {
    /// The task `refcoco_bbox_rec`: the first four numbers in square brackets, as fractions of the image's width and height.
    static func score(_ questions: [AnsweredQuestion]) throws -> Score {
        try score(questions, inverted: true) { question in
            let right = try box(of: question)
            if question.values["image_width"] != nil { return (right, firstBox(in: question.said)) }
            let (width, height) = try size(of: question)
            return (right.scaled(x: 1 / width, y: 1 / height), firstBox(in: question.said))
        }
    }

    /// The task `refcoco_grounding`: the best of all boxes, in pixels or in thousandths of the image size.
    static func scoreGrounding(_ questions: [AnsweredQuestion]) throws -> Score {
        try score(questions, inverted: false) { question in
            let right = try box(of: question)
            let (width, height) = try size(of: question)
            let boxes = BoxText.boxes(in: question.said).flatMap { box in
                [box, box.scaled(x: width / 1000, y: height / 1000)]
            }
            var best: (box: Rectangle, iou: Double)?
            for box in boxes {
                let iou = box.iou(right, inverted: false)
                if best.map({ $0.iou < iou }) ?? true { best = (box, iou) }
            }
            return (right, best?.box)
        }
    }

    private static func score(
        _ questions: [AnsweredQuestion], inverted: Bool,
        boxes: (AnsweredQuestion) throws -> (right: Rectangle, answer: Rectangle?)
    ) throws -> Score {
        var overlaps: [Double] = []
        var centers = 0
        let score = try Score(questions, groups: { $0.groups("split", "dataset") }) { question in
            let (right, answer) = try boxes(question)
            let iou = right.iou(answer ?? .zero, inverted: inverted)
            overlaps.append(iou)
            centers += right.holdsCentre(of: answer ?? .zero) ? 1 : 0
            return .init(iou >= 0.5, answer.map { "[\($0.x1), \($0.y1), \($0.x2), \($0.y2)]" })
        }
        let count = Double(max(1, overlaps.count))
        var figures = ["IoU": overlaps.reduce(0, +) / count, "Center_ACC": Double(centers) / count]
        for threshold in [0.1, 0.3, 0.5, 0.7, 0.9] {
            figures["ACC@\(threshold)"] = Double(overlaps.count { $0 >= threshold }) / count
        }
        return Score(score.items, figures: figures)
    }

    private static func box(of question: AnsweredQuestion) throws -> Rectangle {
        let list =
            question.values["bbox"]?.array
            ?? question.text("bbox").flatMap { PythonLiteral.value(of: $0)?.array }
        guard let box = list.flatMap({ Rectangle($0.compactMap(\.number)) }) else {
            throw question.problem(
                "has no bbox of four numbers; if the benchmark's own file has it, give that file with --data")
        }
        return box
    }

    private static func size(of question: AnsweredQuestion) throws -> (width: Double, height: Double) {
        guard let width = PythonNumber.float(try question.required("width", "image_width")), width > 0,
            let height = PythonNumber.float(try question.required("height", "image_height")), height > 0
        else { throw question.problem("has a width or height that is not a positive number") }
        return (width, height)
    }

    /// The first four comma-separated numbers in square brackets.
    private static func firstBox(in said: String) -> Rectangle? {
        let form =
            /\[\s*(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?),\s*(-?\d+(?:\.\d+)?)\s*\]/
            .likePython
        guard let found = said.firstMatch(of: form)?.output else { return nil }
        return Rectangle([found.1, found.2, found.3, found.4].compactMap { Double($0) })
    }
}
