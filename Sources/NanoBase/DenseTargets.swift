package import Agent
import Foundation
import Imaging
package import Tasks
import Torch

/// Dense training targets of image tokens: the objects whose centres are in a token's square.
package struct DenseTargets {
    /// Whether the square contains a centre: 0 or 1. `[token]`
    package private(set) var presence: [Int64] = []
    /// Tokens with an object; the lists below have the same length. `[object]`
    package private(set) var tokens: [Int64] = []
    package private(set) var colours: [Int64] = []
    package private(set) var shapes: [Int64] = []
    /// Offset of the object's centre from that of the square, and logarithm of its side; in units of squares. `[object, 3]`
    package private(set) var geometry: [Float] = []
    /// Box in fractions of the view, x1, y1, x2, y2. `[object, 4]`
    package private(set) var boxes: [Float] = []
    /// Tokens with an object whose bull's-eye is legible. `[legible]`
    package private(set) var legibleTokens: [Int64] = []
    package private(set) var bullsEyes: [Int64] = []

    private let task: VisualSearchConfiguration
    private let tokenSide: Double

    /// Minimum diameter of the innermost disc for a legible bull's-eye, in pixels of the view.
    private static let legibleDiameter = 2.2

    /// Targets for the tokens of `views`, in order; views of other images than scenes have none.
    package init(of views: [ViewedImage], task: VisualSearchConfiguration, tokenSide: Int) {
        self.task = task
        self.tokenSide = Double(tokenSide)
        for view in views { append(view) }
    }

    private mutating func append(_ view: ViewedImage) {
        let first = presence.count
        presence += Array(repeating: 0, count: view.tokenCount)
        guard let scene = (view.source as? SyntheticImage)?.scene else { return }
        let columnCount = view.viewSize.width / Int(tokenSide)
        let (width, height) = (Double(view.viewSize.width), Double(view.viewSize.height))
        for object in scene.objects {
            let box = view.viewedBox(ofOriginal: object.box)
            let centre = box.centre
            guard centre.x >= 0, centre.x < width, centre.y >= 0, centre.y < height else { continue }
            let (column, row) = (Int(centre.x / tokenSide), Int(centre.y / tokenSide))
            let token = first + row * columnCount + column
            guard presence[token] == 0 else { continue }
            presence[token] = 1
            tokens.append(Int64(token))
            colours.append(DenseTargets.index(of: object.colour, in: task.colours))
            shapes.append(DenseTargets.index(of: object.shape, in: task.shapes))
            let side = (box.width * box.height).squareRoot() / tokenSide
            let offset = (
                centre.x / tokenSide - Double(column) - 0.5, centre.y / tokenSide - Double(row) - 0.5
            )
            geometry += [offset.0, offset.1, log(side)].map(Float.init)
            boxes += [box.x1 / width, box.y1 / height, box.x2 / width, box.y2 / height].map(Float.init)
            let scale = min(box.width, box.height) / Double(object.size)
            if 2 * task.bullsEye.radius * scale >= DenseTargets.legibleDiameter {
                legibleTokens.append(Int64(token))
                bullsEyes.append(DenseTargets.index(of: object.bullsEye, in: task.bullsEyeColours))
            }
        }
    }

    private static func index<Element: Equatable>(of element: Element, in list: [Element]) -> Int64 {
        Int64(list.firstIndex(of: element) ?? 0)
    }
}
