import CounterRandom
import Imaging

/// The noisy surface of an object: one colour per square cell.
struct Surface {
    private let cell: Int
    private let cellsPerRow: Int
    private let colours: [RGB]

    /// `grain` is the standard deviation of the noise in 8-bit steps, `cell` the side of a cell in pixels.
    init(_ object: Scene.Object, grain: Double, cell: Int) {
        self.cell = cell
        cellsPerRow = (object.size + cell - 1) / cell
        var noise = BellNoise(CounterRandom(seed: object.grainSeed))
        let base = object.colour.value
        func noisy(_ value: UInt8) -> UInt8 { UInt8(min(max(Double(value) + grain * noise.next(), 0), 255)) }
        colours = (0..<cellsPerRow * cellsPerRow).map { _ in
            grain == 0
                ? base : RGB(red: noisy(base.red), green: noisy(base.green), blue: noisy(base.blue))
        }
    }

    /// The colour at a pixel, relative to the upper left corner of the object.
    func colour(_ x: Int, _ y: Int) -> RGB { colours[y / cell * cellsPerRow + x / cell] }
}
