import Agent
import Foundation
import Imaging
import JSON

/// ReasonSeg (Lai et al., 2024): segmentation against polygons. gIoU is the mean IoU of the items, cIoU the ratio of
/// summed intersections to summed unions. An answered box covers all of its pixels.
enum ReasonSeg {
    /// - Parameter data: a folder with images and labelme files.
    static func score(_ questions: [AnsweredQuestion], data: URL?) throws -> Score {
        var shared = (sum: 0, mean: 0.0)
        var union = 0
        let score = try Score(questions, groups: groups) { question in
            let target = try target(of: question, data: data)
            var answer = PolygonMask(width: target.width, height: target.height)
            let boxes = BoxText.boxes(in: question.said)
            for box in boxes { answer.fill(box, with: 1) }
            for polygon in polygons(of: question) { answer.fill(polygon, with: 1) }
            let count = overlap(of: answer, with: target)
            shared.sum += count.shared
            union += count.union
            let iou = count.union == 0 ? 1 : Double(count.shared) / (Double(count.union) + 1e-5)
            shared.mean += iou
            return .init(iou >= 0.5, answer.values.contains(1) ? "\(iou)" : nil)
        }
        let count = Double(max(1, questions.count))
        return Score(
            score.items,
            figures: ["gIoU": shared.mean / count, "cIoU": Double(shared.sum) / (Double(union) + 1e-10)])
    }

    private static func groups(_ question: AnsweredQuestion) -> [String: [String]] {
        guard let isSentence = question.text("is_sentence") else { return [:] }
        return ["query": [isSentence == "True" ? "long" : "short"]]
    }

    /// Intersection and union of target and answer, without ignored pixels.
    static func overlap(of answer: PolygonMask, with target: PolygonMask) -> (shared: Int, union: Int) {
        var (shared, union) = (0, 0)
        for (said, right) in zip(answer.values, target.values) where right != ignored {
            shared += said == 1 && right == 1 ? 1 : 0
            union += said == 1 || right == 1 ? 1 : 0
        }
        return (shared, union)
    }

    private static let ignored: UInt8 = 255

    // MARK: Regions

    private static func target(of question: AnsweredQuestion, data: URL?) throws -> PolygonMask {
        let (shapes, size) = try shapes(of: question, data: data)
        return mask(of: LabelledOutline.all(in: shapes), size: size)
    }

    /// Rasterizes the polygons of a labelme file, largest first, so that smaller ones are drawn on top.
    static func mask(of outlines: [LabelledOutline], size: ImageSize) -> PolygonMask {
        let empty = PolygonMask(width: size.width, height: size.height)
        var drawn: [(points: [(x: Double, y: Double)], value: UInt8, area: Int)] = []
        for outline in outlines {
            let label = outline.label.lowercased()
            guard label != "flag" else { continue }
            let points = outline.points.map { (x: $0[0], y: $0[1]) }
            var mask = empty
            mask.fill(points, with: 1)
            drawn.append((points, label.contains("ignore") ? ignored : 1, mask.values.count { $0 == 1 }))
        }
        var target = empty
        let order = drawn.indices.sorted { (drawn[$0].area, $0) < (drawn[$1].area, $1) }.reversed()
        for index in order { target.fill(drawn[index].points, with: drawn[index].value) }
        return target
    }

    private static func shapes(of question: AnsweredQuestion, data: URL?) throws -> ([JSONValue], ImageSize) {
        if let shapes = question.values["shapes"]?.array, let width = question.values["imageWidth"]?.number,
            let height = question.values["imageHeight"]?.number
        {
            return (shapes, ImageSize(width: Int(width), height: Int(height)))
        }
        guard let data else {
            throw question.problem("has no shapes; give the folder of ReasonSeg with --data")
        }
        let name = try question.required("image", "image_path")
        let picture = data.appending(path: name)
        let file = picture.deletingPathExtension().appendingPathExtension("json")
        let text =
            (try? String(contentsOf: file, encoding: .utf8))
            ?? (try? String(contentsOf: file, encoding: .windowsCP1252))
        guard let value = text.flatMap({ try? JSONValue(parsingFile: $0.utf8) }),
            let shapes = value["shapes"]?.array
        else {
            throw PredictionError(
                path: file.path,
                problem: "cannot be read as labelme's JSON; check --data and the entry's image")
        }
        return (shapes, try EncodedImage(path: picture.path).size)
    }

    private static func points(_ value: JSONValue?) -> [(x: Double, y: Double)]? {
        value?.array?.compactMap { point in
            let numbers = point.array?.compactMap(\.number) ?? []
            return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
        }
    }

    /// The answered polygons, for predictions of a segmentation model.
    private static func polygons(of question: AnsweredQuestion) -> [[(x: Double, y: Double)]] {
        question.values["polygons"]?.array?.compactMap { points($0) } ?? []
    }
}
