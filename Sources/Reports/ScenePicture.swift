import Imaging
import JSON
import Runs

/// An example's image with the boxes of a trajectory in call order, and dashed ground-truth boxes.
struct ScenePicture {
    let picture: TrajectoryPicture
    /// Index of the image within the example.
    let image: Int

    /// An SVG drawing in pixel coordinates of the record; nil if the image is not available.
    var html: HTML? {
        guard picture.scenes.indices.contains(image), let scene = picture.scenes[image],
            picture.record.images.indices.contains(image)
        else { return nil }
        let size = picture.record.images[image]
        return .element(
            "svg",
            [
                "viewBox": "0 0 \(size.width) \(size.height)", "role": "img", "aria-label": description,
                "class": "scene",
            ]
        ) {
            HTML.element(
                "image",
                [
                    "href": scene.address, "width": "\(size.width)", "height": "\(size.height)",
                    "preserveAspectRatio": "none",
                ])
            for box in truth {
                Self.outline(box, "truth")
            }
            for (number, box) in numberedBoxes {
                Self.outline(box, "box c\((number - 1) % 6 + 1)")
            }
            for (number, square) in badgeSquares(in: size) {
                badge(number, square)
            }
        }
    }

    /// The boxes cropped from this image, numbered by call, starting at 1.
    private var numberedBoxes: [(number: Int, box: Rectangle)] {
        picture.record.calls.enumerated().compactMap { index, call in
            guard call.image == image, let box = call.box, call.error == nil else { return nil }
            return (index + 1, box)
        }
    }

    private var truth: [Rectangle] {
        image == 0 ? picture.record.groundTruthBoxes : []
    }

    /// A text description of the drawing, for screen readers.
    private var description: String {
        let boxes = numberedBoxes.map { number, box in
            let overlap = picture.record.overlap(of: picture.record.calls[number - 1])
            return "box \(number) at \(Self.corners(box))"
                + (overlap.map { ", overlap with the ground truth \(Readable.fixed($0, 2))" } ?? "")
        }
        let truth = truth.map { "ground truth at \(Self.corners($0))" }
        let all = boxes + truth
        return (picture.record.images.count > 1 ? "Image \(image + 1)" : "The image")
            + " the question is about"
            + (all.isEmpty ? ", without boxes." : ": " + all.joined(separator: "; ") + ".")
    }

    /// A box drawn twice: a coloured line over a darker one.
    static func outline(_ box: Rectangle, _ tone: String) -> HTML {
        let attributes: KeyValuePairs<StaticString, String?> = [
            "x": JSONNumber(box.x1).text, "y": JSONNumber(box.y1).text,
            "width": JSONNumber(max(0, box.width)).text,
            "height": JSONNumber(max(0, box.height)).text,
        ]
        return .element("g", ["class": tone]) {
            HTML.element("rect", attributes)
            HTML.element("rect", attributes)
        }
    }

    private func badge(_ number: Int, _ square: Rectangle) -> HTML {
        .element("g", ["class": "badge c\((number - 1) % 6 + 1)"]) {
            HTML.element(
                "rect",
                [
                    "x": JSONNumber(square.x1).text, "y": JSONNumber(square.y1).text,
                    "width": JSONNumber(square.width).text, "height": JSONNumber(square.height).text,
                    "rx": JSONNumber(square.width / 6).text,
                ])
            HTML.element(
                "text",
                [
                    "x": JSONNumber(square.x1 + square.width / 2).text,
                    "y": JSONNumber(square.y1 + square.height * 0.75).text,
                    "font-size": JSONNumber(square.height * 0.72).text, "text-anchor": "middle",
                ]
            ) { "\(number)" }
        }
    }

    /// The square of each box's number: outside a corner of the box, or inside at the image's edge. The first corner where
    /// it overlaps no other number is used.
    private func badgeSquares(in size: ImageReference) -> [(number: Int, square: Rectangle)] {
        let side = (Double(max(size.width, size.height)) / 22).rounded()
        var squares: [(number: Int, square: Rectangle)] = []
        for (number, box) in numberedBoxes {
            let above = box.y1 >= side ? box.y1 - side : box.y1
            let below = box.y2 + side <= Double(size.height) ? box.y2 : box.y2 - side
            let corners = [(box.x1, above), (box.x2 - side, above), (box.x1, below), (box.x2 - side, below)]
                .map { x, y in
                    let left = min(max(0, x), Double(size.width) - side)
                    return Rectangle(left, y, left + side, y + side)
                }
            let free = corners.first { corner in
                squares.allSatisfy { corner.intersectionOverUnion(with: $0.square) == 0 }
            }
            squares.append((number, free ?? corners[0]))
        }
        return squares
    }

    static func corners(_ box: Rectangle) -> String {
        "["
            + [box.x1, box.y1, box.x2, box.y2].map { JSONNumber(($0 * 10).rounded() / 10).text }
            .joined(separator: ", ") + "]"
    }
}
