package import Imaging

/// Renders scenes. A separately rendered region equals the same region of the whole.
package struct SceneRenderer: Sendable {
    private let viewFactor: Int
    private let grain: Double
    private let backgroundContrast: Double
    private let photographContrast: Double
    private let photographs: PhotographFolder?
    private let centredOnCorner: BullsEyeStencil
    private let centredOnPixel: BullsEyeStencil

    /// `photographs` is the folder that scenes refer to.
    package init(_ configuration: VisualSearchConfiguration, photographs: PhotographFolder? = nil) {
        viewFactor = configuration.viewFactor
        grain = configuration.grain
        backgroundContrast = configuration.backgroundContrast
        photographContrast = configuration.photographContrast
        self.photographs = photographs
        centredOnCorner = BullsEyeStencil(configuration.bullsEye, centredOnPixel: false)
        centredOnPixel = BullsEyeStencil(configuration.bullsEye, centredOnPixel: true)
    }

    /// The pixels of `region`, which must be inside the canvas.
    ///
    /// - Throws: `ImageError` or `VisualSearchError` if a photograph cannot be read.
    package func image(of scene: Scene, region: PixelRegion) throws -> Image {
        precondition(
            PixelRegion(scene.canvas).contains(region) && region.width > 0 && region.height > 0,
            "\(region) is not a part of \(scene.canvas)")
        switch scene.background {
        case .noise(let seed):
            let noise = NoiseBackground(
                seed: seed, canvas: scene.canvas.width, contrast: backgroundContrast)
            return image(of: scene, region: region) { noise.paint(region, into: $0) }
        case .photograph(let index, let side, let x, let y):
            guard let photographs else {
                throw VisualSearchError.photographs(
                    folder: "(none)", problem: "a scene refers to photograph \(index + 1)")
            }
            let photograph = try photographs.background(
                index, side: side, x: x, y: y, canvas: scene.canvas, contrast: photographContrast
            ).cropped(to: region)
            return image(of: scene, region: region) { _ = $0.update(fromContentsOf: photograph.pixels) }
        }
    }

    private func image(
        of scene: Scene, region: PixelRegion,
        background: (UnsafeMutableBufferPointer<UInt8>) -> Void
    ) -> Image {
        let count = 3 * region.size.pixelCount
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let target = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            background(target)
            for object in scene.objects {
                paint(object, on: region, into: target)
            }
            initialized = count
        }
        return Image(size: region.size, pixels: pixels)
    }

    // MARK: Objects

    /// Number of scan lines per row of pixels.
    private static let linesPerPixel = 4

    private func paint(
        _ object: Scene.Object, on region: PixelRegion, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        guard object.x + object.size > region.x, object.x < region.x + region.width,
            object.y + object.size > region.y, object.y < region.y + region.height
        else { return }
        let columns = max(object.x, region.x)..<min(object.x + object.size, region.x + region.width)
        let rows = max(object.y, region.y)..<min(object.y + object.size, region.y + region.height)
        let surface = Surface(object, grain: grain, cell: viewFactor)
        let stencil = object.size.isMultiple(of: 2) ? centredOnCorner : centredOnPixel
        let stencilStart = (object.size - stencil.side) / 2
        let complement = object.bullsEye.value.complement
        var coverage = [Int32](repeating: 0, count: object.size + 1)
        for row in rows {
            let y = row - object.y
            coverage.withUnsafeMutableBufferPointer { coverage in
                coverage.update(repeating: 0)
                for line in 0..<SceneRenderer.linesPerPixel {
                    let offset = (Double(line) + 0.5) / Double(SceneRenderer.linesPerPixel)
                    let height = (Double(y) + offset) / Double(object.size) * 2 - 1
                    for span in object.shape.spans(at: height) {
                        SceneRenderer.cover(coverage, span, side: object.size)
                    }
                }
            }
            let start = 3 * ((row - region.y) * region.width - region.x)
            let stencilY = y - stencilStart
            let stencilColumns =
                (0..<stencil.side).contains(stencilY) ? stencilStart..<stencilStart + stencil.side : 0..<0
            for column in columns {
                let x = column - object.x
                let part = coverage[x]
                guard part > 0 else { continue }
                var colour = surface.colour(x, y)
                if stencilColumns.contains(x) {
                    let parts = stencil.coverage[stencilY * stencil.side + x - stencilStart]
                    colour = colour.blended(object.bullsEye.value, parts.colour, complement, parts.complement)
                }
                let offset = start + 3 * column
                pixels[offset] = SceneRenderer.mix(pixels[offset], colour.red, part)
                pixels[offset + 1] = SceneRenderer.mix(pixels[offset + 1], colour.green, part)
                pixels[offset + 2] = SceneRenderer.mix(pixels[offset + 2], colour.blue, part)
            }
        }
    }

    /// Adds a span's coverage of each pixel on one scan line, in 256ths over all lines of the row.
    private static func cover(
        _ coverage: UnsafeMutableBufferPointer<Int32>, _ span: ClosedRange<Double>, side: Int
    ) {
        let parts = 256 / linesPerPixel
        let scale = Double(side * parts) / 2
        let start = min(max(Int(((span.lowerBound + 1) * scale).rounded()), 0), side * parts)
        let end = min(max(Int(((span.upperBound + 1) * scale).rounded()), start), side * parts)
        let (first, last) = (start / parts, end / parts)
        if first == last {
            coverage[first] += Int32(end - start)
            return
        }
        coverage[first] += Int32((first + 1) * parts - start)
        for pixel in first + 1..<last { coverage[pixel] += Int32(parts) }
        coverage[last] += Int32(end - last * parts)
    }

    private static func mix(_ under: UInt8, _ over: UInt8, _ part: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: (Int32(under) * (256 - part) + Int32(over) * part + 128) >> 8)
    }
}

extension RGB {
    /// This colour blended with two others, given by their coverage in 256ths.
    fileprivate func blended(_ first: RGB, _ firstPart: Int32, _ second: RGB, _ secondPart: Int32) -> RGB {
        func blend(_ own: UInt8, _ a: UInt8, _ b: UInt8) -> UInt8 {
            let own = Int32(own) * (256 - firstPart - secondPart)
            return UInt8(truncatingIfNeeded: (own + Int32(a) * firstPart + Int32(b) * secondPart + 128) >> 8)
        }
        return RGB(
            red: blend(red, first.red, second.red), green: blend(green, first.green, second.green),
            blue: blend(blue, first.blue, second.blue))
    }
}
