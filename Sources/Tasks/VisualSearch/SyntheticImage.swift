package import Agent
package import Imaging

/// A scene as an image source: only requested pixels are rendered.
package struct SyntheticImage: PixelSource {
    package let scene: Scene
    private let renderer: SceneRenderer

    package init(_ scene: Scene, renderer: SceneRenderer) {
        self.scene = scene
        self.renderer = renderer
    }

    package var size: ImageSize { scene.canvas }

    package func pixels(region: Rectangle) throws -> Image {
        guard let pixels = region.pixels(in: size) else {
            throw ImageError(.crop, "a scene", .emptyRegion(region, size))
        }
        return try renderer.image(of: scene, region: pixels)
    }
}

/// A region of an image as an image source.
package struct ImagePart: PixelSource {
    private let whole: any PixelSource
    /// The region in pixels of the whole image, with integral corners.
    package let region: Rectangle

    package init(of whole: any PixelSource, region: Rectangle) {
        self.whole = whole
        self.region = region
    }

    package var size: ImageSize { ImageSize(width: Int(region.width), height: Int(region.height)) }

    package func pixels(region part: Rectangle) throws -> Image {
        try whole.pixels(region: part.offset(x: region.x1, y: region.y1))
    }
}
