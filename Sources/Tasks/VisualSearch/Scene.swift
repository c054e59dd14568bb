package import CounterRandom
package import Imaging

/// A scene as a description: rendering it gives the same pixels each time.
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
        /// Side of the square the shape fills.
        package let size: Int
        /// Seed of the noise on its surface.
        package let grainSeed: UInt64

        /// What questions call it, such as "red circle".
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
        /// A square of a photograph: index in the folder, side and place as fractions of what is possible.
        case photograph(index: Int, side: Double, x: Double, y: Double)
    }

    package let canvas: ImageSize
    package let background: Background
    /// In no particular order; no two share colour and shape, and none overlap.
    package let objects: [Object]

    /// Draws a scene.
    ///
    /// Should the objects not fit after many attempts, the most that did are kept.
    ///
    /// - Parameters:
    ///   - configuration: must have been validated.
    ///   - random: names the scene; the same value gives the same scene.
    ///   - photographCount: number of photographs to choose a background from; 0 for a procedural one.
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
        let places = Scene.places(configuration, random: &random)
        var names = Array(0..<configuration.shapes.count * configuration.colours.count)
        random.shuffle(&names)
        objects = zip(places, names).map { place, name in
            Object(
                shape: configuration.shapes[name % configuration.shapes.count],
                colour: configuration.colours[name / configuration.shapes.count],
                bullsEye: random.element(of: configuration.bullsEyeColours),
                x: place.x, y: place.y, size: place.size, grainSeed: random.next())
        }
    }

    private struct Place {
        let x: Int
        let y: Int
        let size: Int
    }

    private static func places(
        _ configuration: VisualSearchConfiguration, random: inout CounterRandom
    ) -> [Place] {
        let count = random.integer(in: configuration.objectCount)
        var most: [Place] = []
        for _ in 0..<100 {
            var places: [Place] = []
            for _ in 0..<200 where places.count < count {
                let size = random.integer(in: configuration.objectSize)
                let free = configuration.margin...(configuration.canvas - configuration.margin - size)
                let place = Place(x: random.integer(in: free), y: random.integer(in: free), size: size)
                let isClear = places.allSatisfy { other in
                    // Twice the distance between centres is a whole number.
                    let x = abs(2 * place.x + place.size - 2 * other.x - other.size)
                    let y = abs(2 * place.y + place.size - 2 * other.y - other.size)
                    return max(x, y) >= 2 * configuration.minimumDistance
                }
                if isClear { places.append(place) }
            }
            if places.count > most.count { most = places }
            if most.count == count { break }
        }
        return most
    }
}

extension CounterRandom {
    mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + integer(below: range.count)
    }

    /// One of `elements`, which must not be empty.
    mutating func element<T>(of elements: [T]) -> T { elements[integer(below: elements.count)] }
}
