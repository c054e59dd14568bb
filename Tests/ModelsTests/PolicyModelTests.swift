import Foundation
import JSON
import Models
import TestFixtures
import Testing

struct PolicyModelTests {
    /// A resumed run prunes the checkpoint that it started from.
    @Test func savesAWholeCheckpointAfterItsOwnIsGone() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (folder.file("first"), folder.file("second"))
        try FileManager.default.copyItem(at: ShippedModel.nanoBase, to: first)
        let model = try PolicyModel(directory: first)
        try FileManager.default.removeItem(at: first)
        try model.save(to: second)
        #expect(throws: Never.self) { try PolicyModel(directory: second) }
    }

    /// Software that loads a checkpoint must prompt it as it was trained, whatever template its base came with.
    @Test func aSavedCheckpointHasTheTemplateThatItWasTrainedWith() throws {
        let folder = try TemporaryFolder()
        let (base, saved) = (folder.file("base"), folder.file("saved"))
        try FileManager.default.copyItem(at: ShippedModel.nanoBase, to: base)
        let foreign = "{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>' }}"
        let template = JSONValue.string(foreign)
        try Data(foreign.utf8).write(to: base.appending(path: ChatTemplateFile.name))
        try Data(JSONValue.object(["chat_template": template]).text.utf8)
            .write(to: base.appending(path: "chat_template.json"))
        var configuration = try Self.json("tokenizer_config.json", in: base)
        configuration["chat_template"] = template
        configuration["model_max_length"] = 131_072
        try Data(JSONValue.object(configuration).text.utf8)
            .write(to: base.appending(path: "tokenizer_config.json"))

        try PolicyModel(directory: base).save(to: saved)
        let written = try String(contentsOf: saved.appending(path: ChatTemplateFile.name), encoding: .utf8)
        #expect(written == ChatTemplateFile.text)
        for name in ["chat_template.json", "tokenizer_config.json"] {
            #expect(try Self.json(name, in: saved)["chat_template"] == .string(ChatTemplateFile.text))
        }
        configuration["chat_template"] = .string(ChatTemplateFile.text)
        #expect(try Self.json("tokenizer_config.json", in: saved) == configuration)
    }

    @Test func aBaseWithoutATemplateGetsOneFileOnly() throws {
        let folder = try TemporaryFolder()
        let (base, saved) = (folder.file("base"), folder.file("saved"))
        try FileManager.default.copyItem(at: ShippedModel.nanoBase, to: base)
        try FileManager.default.removeItem(at: base.appending(path: ChatTemplateFile.name))
        try PolicyModel(directory: base).save(to: saved)
        #expect(FileManager.default.fileExists(atPath: saved.appending(path: ChatTemplateFile.name).path))
        let name = "tokenizer_config.json"
        #expect(
            try Data(contentsOf: saved.appending(path: name)) == Data(contentsOf: base.appending(path: name)))
    }

    /// A turn ends with its tool call in training, so it must end there in other software too.
    @Test func aSavedCheckpointEndsATurnAtAToolCall() throws {
        let folder = try TemporaryFolder()
        let (base, saved) = (folder.file("base"), folder.file("saved"))
        try FileManager.default.copyItem(at: ShippedModel.nanoBase, to: base)
        try Data(#"{"eos_token_id": 754}"#.utf8).write(to: base.appending(path: "generation_config.json"))
        try PolicyModel(directory: base).save(to: saved)
        #expect(try Self.json("generation_config.json", in: saved)["eos_token_id"] == [754, 767])
    }

    private static func json(_ name: String, in folder: URL) throws -> JSONObject {
        try #require(
            JSONValue(parsing: try Data(contentsOf: folder.appending(path: name))).object)
    }
}
