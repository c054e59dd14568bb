import Imaging
import JSON
import Runs

/// An example's image with the boxes of a trajectory drawn over it in their order, and the ground truth
/// dashed.
struct ScenePicture {
    let picture: TrajectoryPicture
    /// Which of the example's images.
    let image: Int

    /// A drawing in the pixels of the record, so that boxes need no scaling; nil when the image is not at
    /// hand.
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
                    "href": scene.dataURI, "width": "\(size.width)", "height": "\(size.height)",
                    "preserveAspectRatio": "none",
                ])
            for box in truth {
                Self.outline(box, "truth")
            }
            for (number, box) in numberedBoxes {
                Self.outline(box, "box c\((number - 1) % 6 + 1)")
            }
            for (number, place) in badgePlaces(in: size) {
                badge(number, place)
            }
        }
    }

    /// The boxes cut from this image with the number of their call, counted from 1.
    private var numberedBoxes: [(number: Int, box: Rectangle)] {
        picture.record.calls.enumerated().compactMap { index, call in
            guard call.image == image, let box = call.box, call.error == nil else { return nil }
            return (index + 1, box)
        }
    }

    private var truth: [Rectangle] {
        image == 0 ? picture.record.groundTruthBoxes : []
    }

    /// What the drawing shows, for those who do not see it.
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

    /// A box as a line of the tone, over a darker one.
    static func outline(_ box: Rectangle, _ tone: String) -> HTML {
        let places: KeyValuePairs<StaticString, String?> = [
            "x": JSONNumber(box.x1).text, "y": JSONNumber(box.y1).text,
            "width": JSONNumber(max(0, box.width)).text,
            "height": JSONNumber(max(0, box.height)).text,
        ]
        return .element("g", ["class": tone]) {
            HTML.element("rect", places)
            HTML.element("rect", places)
        }
    }

    private func badge(_ number: Int, _ place: Rectangle) -> HTML {
        .element("g", ["class": "badge c\((number - 1) % 6 + 1)"]) {
            HTML.element(
                "rect",
                [
                    "x": JSONNumber(place.x1).text, "y": JSONNumber(place.y1).text,
                    "width": JSONNumber(place.width).text, "height": JSONNumber(place.height).text,
                    "rx": JSONNumber(place.width / 6).text,
                ])
            HTML.element(
                "text",
                [
                    "x": JSONNumber(place.x1 + place.width / 2).text,
                    "y": JSONNumber(place.y1 + place.height * 0.75).text,
                    "font-size": JSONNumber(place.height * 0.72).text, "text-anchor": "middle",
                ]
            ) { "\(number)" }
        }
    }

    /// A square for each number at the outside of a corner of its box, or inside where the image ends; the
    /// first corner where it covers no other number.
    private func badgePlaces(in size: ImageReference) -> [(number: Int, place: Rectangle)] {
        let side = (Double(max(size.width, size.height)) / 22).rounded()
        var places: [(number: Int, place: Rectangle)] = []
        for (number, box) in numberedBoxes {
            let above = box.y1 >= side ? box.y1 - side : box.y1
            let below = box.y2 + side <= Double(size.height) ? box.y2 : box.y2 - side
            let corners = [(box.x1, above), (box.x2 - side, above), (box.x1, below), (box.x2 - side, below)]
                .map { x, y in
                    let left = min(max(0, x), Double(size.width) - side)
                    return Rectangle(left, y, left + side, y + side)
                }
            let free = corners.first { corner in
                places.allSatisfy { corner.intersectionOverUnion(with: $0.place) == 0 }
            }
            places.append((number, free ?? corners[0]))
        }
        return places
    }

    static func corners(_ box: Rectangle) -> String {
        "["
            + [box.x1, box.y1, box.x2, box.y2].map { JSONNumber(($0 * 10).rounded() / 10).text }
            .joined(separator: ", ") + "]"
    }
}
