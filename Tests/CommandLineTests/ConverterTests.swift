import Foundation
import TestFixtures
import Testing

/// The converter of a benchmark's published files, run as a person runs it.
struct ConverterTests {
    private static let instances = """
        {"images": [{"id": 5, "file_name": "COCO_train2014_5.jpg", "width": 48, "height": 32}],
         "annotations": [{"id": 7, "image_id": 5, "bbox": [10, 8.5, 20, 16]}]}
        """

    /// One reference with one sentence, as Python 2 writes it.
    private static let references =
        "(l(dS'split'\nS'testA'\nsS'ann_id'\nI7\nsS'image_id'\nI5\ns"
        + "S'sentences'\n(l(dS'sent_id'\nI3\nsS'sent'\nS'the left one'\nsasa."

    private func convert(_ pickle: String, into output: URL) throws -> DeepEyesCommand.Outcome {
        let data = output.appending(path: "refcoco")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try Data(pickle.utf8).write(to: data.appending(path: "refs(unc).p"))
        try Data(Self.instances.utf8).write(to: data.appending(path: "instances.json"))
        return try DeepEyesCommand.run(
            [data.path, output.path], by: #"shift; exec python3 Tools/refcoco_to_jsonl.py "$@""#)
    }

    @Test func referencesBecomeQuestions() throws {
        try TemporaryFolder.with { folder in
            let outcome = try convert(Self.references, into: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let lines = try String(contentsOf: folder.appending(path: "refcoco_testA.jsonl"), encoding: .utf8)
            let row = try #require(
                try JSONSerialization.jsonObject(with: Data(lines.utf8)) as? [String: any Sendable])
            #expect(row["question_id"] as? String == "refcoco_testA_3")
            #expect(row["image"] as? String == "COCO_train2014_5.jpg")
            #expect(row["sent"] as? String == "the left one")
            #expect(row["bbox"] as? [Double] == [10, 8.5, 30, 24.5])
            #expect(row["width"] as? Int == 48 && row["height"] as? Int == 32)
        }
    }

    @Test func aPickleThatAsksForCodeIsRefused() throws {
        try TemporaryFolder.with { folder in
            let trace = folder.appending(path: "ran")
            let outcome = try convert("cos\nsystem\n(S'touch \(trace.path)'\ntR.", into: folder)
            #expect(outcome.status == 1 && outcome.errors.contains("os.system"), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: trace.path))
        }
    }
}
