import Foundation
import TestFixtures
import Testing

/// Copies of the shipped checkpoint, each with one damage.
struct BadModelTests {
    enum Damage: CaseIterable {
        case truncatedWeights, truncatedHeader, wrongShapes, noVisionWeights
        case noTokenizer, brokenTokenizer, noConfiguration, brokenConfiguration, noProcessor

        /// The file or folder to be named, within the model's.
        var subject: String {
            switch self {
            case .truncatedWeights, .truncatedHeader, .wrongShapes: "model.safetensors"
            case .noVisionWeights, .noTokenizer: ""
            case .brokenTokenizer: "tokenizer.json"
            case .noConfiguration, .brokenConfiguration: "config.json"
            case .noProcessor: "preprocessor_config.json"
            }
        }

        var remedy: String {
            switch self {
            case .truncatedWeights, .truncatedHeader, .brokenTokenizer, .brokenConfiguration: "copy it again"
            case .wrongShapes: "take the file and its configuration from the same model"
            case .noVisionWeights: "use a complete checkpoint of a vision-language model"
            case .noTokenizer: "copy them from the model's repository"
            case .noConfiguration, .noProcessor: "copy it from the model's repository"
            }
        }

        func apply(to model: URL) throws {
            func file(_ name: String) -> URL { model.appending(path: name) }
            let weights = file("model.safetensors")
            switch self {
            case .truncatedWeights: try Self.change(weights) { $0.prefix($0.count / 2) }
            case .truncatedHeader: try Self.change(weights) { $0.prefix(100) }
            case .noVisionWeights: try Self.change(weights, by: Self.withoutVision)
            case .wrongShapes:
                try Self.change(file("config.json")) { data in
                    let text = String(decoding: data, as: UTF8.self)
                    return Data(
                        text.replacing(#/"intermediate_size"\s*:\s*\d+/#, with: #""intermediate_size": 640"#)
                            .utf8
                    )
                }
            case .noTokenizer: try FileManager.default.removeItem(at: file("tokenizer.json"))
            case .brokenTokenizer: try Self.change(file("tokenizer.json")) { $0.prefix(1000) }
            case .noConfiguration: try FileManager.default.removeItem(at: file("config.json"))
            case .brokenConfiguration: try Self.change(file("config.json")) { $0.prefix(100) }
            case .noProcessor: try FileManager.default.removeItem(at: file("preprocessor_config.json"))
            }
        }

        private static func change(_ file: URL, by change: (Data) throws -> Data) throws {
            try change(Data(contentsOf: file)).write(to: file)
        }

        /// A whole safetensors file without the tensors of the vision encoder.
        private static func withoutVision(_ file: Data) throws -> Data {
            let start = 8 + file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            let header = try JSONSerialization.jsonObject(with: file[8..<start])
            var kept: [String: Any] = [:]
            var data = Data()
            for (name, entry) in try #require(header as? [String: [String: Any]])
            where name != "__metadata__" && !name.hasPrefix("visual.") {
                let range = try #require(entry["data_offsets"] as? [Int])
                kept[name] = entry.merging(["data_offsets": [data.count, data.count + range[1] - range[0]]]) {
                    $1
                }
                data += file[start + range[0]..<start + range[1]]
            }
            let json = try JSONSerialization.data(withJSONObject: kept)
            return withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json + data
        }
    }

    @Test(arguments: Damage.allCases)
    func aDamagedModelIsRefused(_ damage: Damage) throws {
        let folder = try TemporaryFolder()
        let image = try TestImage.whole.write(to: folder)
        let model = folder.url.appending(path: "model")
        try FileManager.default.copyItem(at: ShippedModel.nanoBase, to: model)
        try damage.apply(to: model)
        let outcome = try DeepEyesCommand.run("ask", "--model", model.path, "--image", image, "What is it?")
        expectRefusal(outcome, naming: model.appending(path: damage.subject).path, remedy: damage.remedy)
    }

    @Test func aRunThatCannotBeginLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let outcome = try DeepEyesCommand.run(
            "train", "--model", folder.path("nowhere"), "--run", folder.path("run"))
        expectRefusal(outcome, naming: folder.path("nowhere"), remedy: "check the path")
        #expect(!FileManager.default.fileExists(atPath: folder.path("run")))
    }
}
