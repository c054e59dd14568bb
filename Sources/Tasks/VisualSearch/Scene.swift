package import CounterRandom
package import Imaging

/// The description of a scene; rendering is deterministic.
package struct Scene: Hashable, Sendable, Codable {
    /// A coloured shape with a bull's-eye in its centre.
    package struct Object: Hashable, Sendable, Codable {
        package let shape: Shape
        package let colour: NamedColour
        package let bullsEye: NamedColour
        /// Left edge in canvas pixels.
        package let x: Int
        /// Upper edge in canvas pixels.
        package let y: Int
        /// Side of the shape's bounding square.
        package let size: Int
        /// Seed of the noise on its surface.
        package let grainSeed: UInt64

        /// The name in questions, such as "red circle".
        package var name: String { "\(colour.name) \(shape.rawValue)" }

        package var box: Rectangle {
            Rectangle(x1: Double(x), y1: Double(y), x2: Double(x + size), y2: Double(y + size))
        }

        package var centre: (x: Double, y: Double) {
            (Double(x) + Double(size) / 2, Double(y) + Double(size) / 2)
        }
    }

    package enum Background: Hashable, Sendable, Codable {
        /// Smooth procedural noise.
        case noise(seed: UInt64)
        /// A square of a photograph: index in the folder, and side and position as fractions of the possible range.
        case photograph(index: Int, side: Double, x: Double, y: Double)
    }

    package let canvas: ImageSize
    package let background: Background
    /// Unordered; no two objects have the same colour and shape, and none overlap.
    package let objects: [Object]

    /// Draws a scene.
    ///
    /// If the objects do not fit after many attempts, the attempt with the most objects is used.
    ///
    /// - Parameters:
    ///   - configuration: a validated configuration.
    ///   - random: determines the scene; equal values give equal scenes.
    ///   - photographCount: number of photographs to choose a background from; 0 for a procedural background.
    package init(_ configuration: VisualSearchConfiguration, random: CounterRandom, photographCount: Int = 0)
    {
        var random = random
        canvas = ImageSize(width: configuration.canvas, height: configuration.canvas)
        if photographCount > 0 {
            background = .photograph(
                index: random.integer(below: photographCount), side: 0.5 + 0.5 * random.uniform(),
                x: random.uniform(), y: random.uniform())
        } else {
            background = .noise(seed: random.next())
        }
        let squares = Scene.squares(configuration, random: &random)
        var names = Array(0..<configuration.shapes.count * configuration.colours.count)
        random.shuffle(&names)
        if configuration.distractors > 0, random.uniform() < configuration.distractors {
            let colour = names[0] / configuration.shapes.count
            let (alike, others) = (
                names.filter { $0 / configuration.shapes.count == colour },
                names.filter { $0 / configuration.shapes.count != colour }
            )
            names = alike + others
        }
        objects = zip(squares, names).map { square, name in
            Object(
                shape: configuration.shapes[name % configuration.shapes.count],
                colour: configuration.colours[name / configuration.shapes.count],
                bullsEye: Scene.bullsEye(configuration, &random),
                x: square.x, y: square.y, size: square.size, grainSeed: random.next())
        }
    }

    private static func bullsEye(
        _ configuration: VisualSearchConfiguration, _ random: inout CounterRandom
    ) -> NamedColour {
        let common = configuration.commonBullsEye
        if common > 0, random.uniform() < common { return configuration.bullsEyeColours[0] }
        return random.element(of: configuration.bullsEyeColours)
    }

    private init(canvas: ImageSize, background: Background, objects: [Object]) {
        self.canvas = canvas
        self.background = background
        self.objects = objects
    }

    /// The scene on another background.
    func on(_ background: Background) -> Scene {
        Scene(canvas: canvas, background: background, objects: objects)
    }

    /// The scene with another colour of a bull's-eye.
    func recolouring(_ index: Int, as colour: NamedColour) -> Scene {
        var objects = objects
        let old = objects[index]
        objects[index] = Object(
            shape: old.shape, colour: old.colour, bullsEye: colour, x: old.x, y: old.y, size: old.size,
            grainSeed: old.grainSeed)
        return Scene(canvas: canvas, background: background, objects: objects)
    }

    private struct Square {
        let x: Int
        let y: Int
        let size: Int
    }

    private static func squares(
        _ configuration: VisualSearchConfiguration, random: inout CounterRandom
    ) -> [Square] {
        let count = random.integer(in: configuration.objectCount)
        var most: [Square] = []
        for _ in 0..<100 {
            var squares: [Square] = []
            for _ in 0..<200 where squares.count < count {
                let size = random.integer(in: configuration.objectSize)
                let free = configuration.margin...(configuration.canvas - configuration.margin - size)
                let square = Square(x: random.integer(in: free), y: random.integer(in: free), size: size)
                let isClear = squares.allSatisfy { other in
                    // Twice the distance between centres is an integer.
                    let x = abs(2 * square.x + square.size - 2 * other.x - other.size)
                    let y = abs(2 * square.y + square.size - 2 * other.y - other.size)
                    return max(x, y) >= 2 * configuration.minimumDistance
                }
                if isClear { squares.append(square) }
            }
            if squares.count > most.count { most = squares }
            if most.count == count { break }
        }
        return most
    }
}

extension CounterRandom {
    mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + integer(below: range.count)
    }

    /// A random element; `elements` must not be empty.
    package mutating func element<T>(of elements: [T]) -> T { elements[integer(below: elements.count)] }
}
