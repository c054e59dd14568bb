package import Foundation

/// The preprocessing of images for the vision encoder, from `preprocessor_config.json`.
package struct ProcessorConfiguration: Hashable, Sendable {
    /// The name of the file in a model directory.
    package static let fileName = "preprocessor_config.json"
    /// The file in which newer versions of transformers store the same fields under `image_processor`.
    private static let combinedFileName = "processor_config.json"

    /// Minimum number of pixels; smaller images are enlarged.
    package var minimumPixels: Int
    /// Maximum number of pixels; larger images are reduced.
    package var maximumPixels: Int
    /// Side of a patch in pixels.
    package var patchSize: Int
    package var temporalPatchSize: Int
    /// Side, in patches, of the square that merges into one token.
    package var mergeSize: Int
    /// Factor for 8-bit levels.
    package var rescaleFactor: Double
    /// Mean of each channel, subtracted after rescaling.
    package var mean: [Double]
    /// Standard deviation of each channel, by which the difference is divided.
    package var standardDeviation: [Double]

    package init(
        minimumPixels: Int = 56 * 56, maximumPixels: Int = 28 * 28 * 1280, patchSize: Int = 14,
        temporalPatchSize: Int = 2, mergeSize: Int = 2, rescaleFactor: Double = 1 / 255,
        mean: [Double] = [0.48145466, 0.4578275, 0.40821073],
        standardDeviation: [Double] = [0.26862954, 0.26130258, 0.27577711]
    ) {
        self.minimumPixels = minimumPixels
        self.maximumPixels = maximumPixels
        self.patchSize = patchSize
        self.temporalPatchSize = temporalPatchSize
        self.mergeSize = mergeSize
        self.rescaleFactor = rescaleFactor
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// Side, in pixels, of the square that becomes one token; sizes of resized images are multiples of it.
    package var tokenSide: Int { patchSize * mergeSize }

    /// Maximum number of tokens of an image.
    package var maximumTokenCount: Int { maximumPixels / (tokenSide * tokenSide) }

    /// Reads `preprocessor_config.json` in `directory`, or `processor_config.json` if only that exists.
    ///
    /// Throws `ModelFileError` for missing or damaged files and for preprocessing other than resizing, rescaling and
    /// normalising.
    package init(directory: URL) throws {
        let url = directory.appendingPathComponent(Self.fileName)
        let combined = directory.appendingPathComponent(Self.combinedFileName)
        let file: File
        let source: URL
        if !FileManager.default.fileExists(atPath: url.path),
            FileManager.default.fileExists(atPath: combined.path)
        {
            (file, source) = (
                try HubFile.read(CombinedFile.self, at: combined).imageProcessor, combined
            )
        } else {
            (file, source) = (try HubFile.read(File.self, at: url), url)
        }
        let fallback = ProcessorConfiguration()
        self.init(
            minimumPixels: file.minPixels ?? file.size?.shortestEdge ?? file.size?.minPixels
                ?? fallback.minimumPixels,
            maximumPixels: file.maxPixels ?? file.size?.longestEdge ?? file.size?.maxPixels
                ?? fallback.maximumPixels,
            patchSize: file.patchSize ?? fallback.patchSize,
            temporalPatchSize: file.temporalPatchSize ?? fallback.temporalPatchSize,
            mergeSize: file.mergeSize ?? fallback.mergeSize,
            rescaleFactor: file.rescaleFactor ?? fallback.rescaleFactor,
            mean: file.imageMean ?? fallback.mean,
            standardDeviation: file.imageStd ?? fallback.standardDeviation)
        if let problem = file.unsupportedOption ?? inconsistency {
            throw ModelFileError(path: source.path, problem: problem)
        }
    }

    package func fileContents() throws -> Data {
        try HubFile.data(of: File(self))
    }

    private var inconsistency: String? {
        if patchSize < 1 || mergeSize < 1 || temporalPatchSize < 1 {
            return "patch_size \(patchSize), merge_size \(mergeSize) and temporal_patch_size "
                + "\(temporalPatchSize) must be positive"
        }
        if minimumPixels < 1 || maximumPixels < minimumPixels {
            return "min_pixels \(minimumPixels) must be positive and at most max_pixels \(maximumPixels)"
        }
        if mean.count != 3 || standardDeviation.count != 3 || standardDeviation.contains(0) {
            return
                "image_mean and image_std must have three values each, and image_std must not contain zeros"
        }
        return nil
    }
}

// MARK: Wire format

extension ProcessorConfiguration {
    fileprivate struct CombinedFile: Decodable {
        var imageProcessor: File
    }

    fileprivate struct File: Codable {
        var imageProcessorType: String?
        var processorClass: String?
        var minPixels: Int?
        var maxPixels: Int?
        var size: Size?
        var patchSize: Int?
        var temporalPatchSize: Int?
        var mergeSize: Int?
        var rescaleFactor: Double?
        var imageMean: [Double]?
        var imageStd: [Double]?
        var doResize: Bool?
        var doRescale: Bool?
        var doNormalize: Bool?
        var doConvertRgb: Bool?
        var resample: Int?

        struct Size: Codable {
            var shortestEdge: Int?
            var longestEdge: Int?
            var minPixels: Int?
            var maxPixels: Int?
        }

        /// Pillow's constant for bicubic interpolation.
        static let bicubic = 3

        var unsupportedOption: String? {
            let steps = [
                ("do_resize", doResize), ("do_rescale", doRescale), ("do_normalize", doNormalize),
            ]
            if let (name, _) = steps.first(where: { $0.1 == false }) {
                return "\(name) is false; images are always resized, rescaled and normalised"
            }
            if let resample, resample != Self.bicubic {
                return "resample is \(resample); only \(Self.bicubic) (bicubic) is supported"
            }
            return nil
        }
    }
}

extension ProcessorConfiguration.File {
    fileprivate init(_ processor: ProcessorConfiguration) {
        imageProcessorType = "Qwen2VLImageProcessor"
        processorClass = "Qwen2_5_VLProcessor"
        minPixels = processor.minimumPixels
        maxPixels = processor.maximumPixels
        size = Size(shortestEdge: processor.minimumPixels, longestEdge: processor.maximumPixels)
        patchSize = processor.patchSize
        temporalPatchSize = processor.temporalPatchSize
        mergeSize = processor.mergeSize
        rescaleFactor = processor.rescaleFactor
        imageMean = processor.mean
        imageStd = processor.standardDeviation
        doResize = true
        doRescale = true
        doNormalize = true
        doConvertRgb = true
        resample = Self.bicubic
    }
}
