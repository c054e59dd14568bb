import CounterRandom
import Foundation
import Imaging
import Models
import TestFixtures
import TestSupport
import Testing
import Torch

/// What `Tools/reference/model_goldens.py` wrote, and the inputs that both sides compute.
enum ModelGoldens {
    /// The shape of the tiny reference model.
    static func configuration(tied: Bool = true) throws -> Qwen25VLConfiguration {
        try TemporaryFolder.with { folder in
            try FileManager.default.copyItem(
                at: GoldenFolder().url.appending(path: "config-flat.json"),
                to: folder.appending(path: "config.json"))
            var configuration = try Qwen25VLConfiguration(directory: folder)
            configuration.tiesEmbeddings = tied
            return configuration
        }
    }

    /// The tiny reference model with the weights of the reference.
    static func model(tied: Bool = true) throws -> Qwen25VL {
        let model = Qwen25VL(try configuration(tied: tied), random: .init(seed: 0))
        withoutGradient {
            for weight in model.checkpointWeights(.hub) {
                let shape = weight.value.shape
                weight.value.copy_(Tensor(HashedValues.weight(weight.name, shape: shape), shape: shape))
            }
        }
        return model
    }

    /// The reference's text with two images, as one sequence.
    static func conversation() throws -> (batch: PackedBatch, mask: [Bool]) {
        let golden = try Goldens("model")
        let images = try ["first", "second"].map { try patches($0) }
        var batch = PackedBatch(for: try configuration().shape)
        try batch.append(golden["tokens"].values(as: Int32.self), images: images)
        return (batch, try golden["mask"].values(as: Int64.self).map { $0 != 0 })
    }

    /// The reference's image after resizing, cut into patches.
    static func patches(_ name: String) throws -> ImagePatches {
        let resized = try Goldens("processor")["\(name).resized"]  // [y, x, channel]
        let size = ImageSize(width: resized.shape[1], height: resized.shape[0])
        return ImageProcessor(ProcessorConfiguration()).patches(
            of: Image(size: size, pixels: resized.values(as: UInt8.self)))
    }
}

/// Expects every element to be within `tolerance` times the largest expected one, the measure for gradients, whose
/// small elements are sums of large ones.
func expectCloseToScale(
    _ actual: Tensor, _ expected: Tensor, _ tolerance: Double, _ subject: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let largest = expected.values(as: Double.self).map(abs).max() ?? 0
    expectClose(
        actual, expected, absolute: tolerance * largest, relative: 0, subject, sourceLocation: sourceLocation)
}

/// Numbers from an integer hash, the same as `hashed` in `model_goldens.py`.
enum HashedValues {
    private static let seed: UInt64 = 20_250_714

    /// SplitMix64 from the FNV-1a hash of `name`.
    static func words(_ name: String, count: Int) -> [UInt64] {
        let start = name.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return (0..<count).map { index in
            var word = start &+ (UInt64(index) + 1) &* 0x9E37_79B9_7F4A_7C15
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }

    /// Norms around one, biases of a tenth, matrices of unit gain.
    static func weight(_ name: String, shape: [Int]) -> [Float] {
        let uniform = words(name, count: shape.reduce(1, *)).map { Float($0 >> 40) / 8_388_608 - 1 }
        if name.hasSuffix(".bias") { return uniform.map { $0 * 0.1 } }
        if shape.count == 1 { return uniform.map { 1 + $0 * 0.1 } }
        let gain = Float((3 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
        return uniform.map { $0 * gain }
    }

    /// A gradient under noise.
    static func picture(_ name: String, width: Int, height: Int) -> Image {
        let noise = words(name, count: width * height * 3).map { Int($0 >> 57) }
        let pixels = noise.enumerated().map { index, noise in
            let (channel, x, y) = (index % 3, index / 3 % width, index / 3 / width)
            return UInt8((x * (channel + 1) + y * (3 - channel)) % 128 + noise)
        }
        return Image(size: ImageSize(width: width, height: height), pixels: pixels)
    }

    static func text(_ name: String, count: Int) -> [Int32] {
        words(name, count: count).map { Int32($0 % 300) }
    }
}
