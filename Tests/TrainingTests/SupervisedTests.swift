import Agent
import Foundation
import Imaging
import Models
import Runs
import Tasks
import TestFixtures
import Testing
import Training

/// Conversations of a JSONL file, as tokens and as something to learn from.
@Suite(.serialized) struct SupervisedTests {
    private static let tools = ToolBox.standard
    private static let call =
        #"<think>small</think>\n<tool_call>\n{\"name\": \"image_zoom_in_tool\", "#
        + #"\"arguments\": {\"bbox_2d\": [1, 2, 30, 40]}}\n</tool_call>"#

    /// Two images, a call, a crop and an answer.
    private static let zooming = #"""
        {"messages": [{"role": "system", "content": "Look well."}, {"role": "user", "content": [\#
        {"type": "image", "image": "a.png"}, {"type": "text", "text": "Is it red or "}, \#
        {"type": "image_url", "image_url": {"url": "b.png"}}, {"type": "text", "text": "blue?"}]}, \#
        {"role": "assistant", "content": "\#(call)"}, \#
        {"role": "tool", "content": [{"type": "image", "image": "b.png"}]}, \#
        {"role": "assistant", "content": "<answer>red</answer>"}], "tools": ["image_zoom_in_tool"]}
        """#

    /// A second question.
    private static let asking = #"""
        {"messages": [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "<answer>1</answer>"}, \#
        {"role": "user", "content": [{"type": "image", "image": "a.png"}, {"type": "text", "text": "Two?"}]}, \#
        {"role": "assistant", "content": "<answer>2</answer>"}]}
        """#

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (name, colour) in [
            ("a", RGB(red: 200, green: 10, blue: 10)), ("b", RGB(red: 0, green: 0, blue: 250)),
        ] {
            let image = Image(size: ImageSize(width: 60, height: 90), filledWith: colour)
            try folder.write(image.encodedPNG(), to: "\(name).png")
        }
    }

    private func file(_ lines: String...) throws -> ConversationFile {
        try ConversationFile(folder.write(lines.joined(separator: "\n"), to: "data.jsonl"))
    }

    private func tokens(_ segments: [Segment]) -> [Int32] { segments.flatMap(\.tokens) }

    @Test func onlyTheAssistantsTokensCarryALoss() throws {
        let policy = try PolicyModel(directory: ShippedModel.nanoBase)
        let tree = try file(Self.zooming).tree(at: 0, format: policy.format, tools: Self.tools)
        let segments = tree.branches[0].segments
        #expect(segments.map(\.kind) == [.completion, .observation, .completion])
        let packer = BatchPacker(
            shape: policy.model.shape, processor: policy.processor, tokensPerPass: 8192)
        let targets = try packer.passes(of: [tree]).flatMap(\.targets)
        #expect(targets.map(Int32.init) == tokens([segments[0], segments[2]]))
    }

    @Test func imagesComeInTheOrderOfTheirPlaces() throws {
        let policy = try PolicyModel(directory: ShippedModel.nanoBase)
        let tree = try file(Self.zooming).tree(at: 0, format: policy.format, tools: Self.tools)
        let blues = try tree.prompt.images.map { try $0.pixels()[0, 0].blue }
        #expect(blues == [10, 250])
        #expect(tree.branches[0].segments.map(\.images.count) == [0, 1, 0])
    }

    /// The law of every turn: what is built message by message equals the conversation written as a whole.
    @Test(arguments: [zooming, asking])
    func turnsEqualTheWholeConversation(_ line: String) throws {
        let format = try PolicyModel(directory: ShippedModel.nanoBase).format
        let conversations = try file(line)
        let tree = try conversations.tree(at: 0, format: format, tools: Self.tools)
        let conversation = try conversations.conversation(at: 0)
        let messages = try conversation.messages.dropLast().map {
            try $0.viewed(conversation.images, by: format)
        }
        let offered = conversation.tools.isEmpty ? [] : [ZoomTool().specification(boxesIn: .asViewed)]
        let whole = try format.prompt(messages, tools: offered).tokens
        #expect(tokens([tree.prompt] + tree.branches[0].segments.dropLast()) == whole)
    }

    /// The same conversation as `zooming`, with images beside it and the call in `tool_calls`.
    private static let spelledOtherwise = #"""
        {"messages": [{"role": "system", "content": "Look well."}, \#
        {"role": "user", "content": "<image>Is it red or <image>blue?"}, \#
        {"role": "assistant", "content": "<think>small</think>", "tool_calls": [{"type": "function", "function": \#
        {"name": "image_zoom_in_tool", "arguments": "{\"bbox_2d\": [1, 2, 30, 40]}"}}]}, \#
        {"role": "tool", "content": "<image>"}, {"role": "assistant", "content": "<answer>red</answer>"}], \#
        "images": ["a.png", "b.png", {"path": "b.png"}], \#
        "tools": [{"type": "function", "function": {"name": "image_zoom_in_tool"}}]}
        """#

    /// In the form of LLaMA-Factory, with a message that is a call.
    private static let sharing = #"""
        {"conversations": [{"from": "human", "value": "<image>Is it red or <image>blue?"}, \#
        {"from": "function_call", \#
        "value": "{\"name\": \"image_zoom_in_tool\", \"arguments\": {\"bbox_2d\": [1, 2, 30, 40]}}"}, \#
        {"from": "observation", "value": "<image>"}, {"from": "gpt", "value": "<answer>red</answer>"}], \#
        "system": "Look well.", "images": ["a.png", "b.png", "b.png"], "tools": "[\"image_zoom_in_tool\"]"}
        """#

    @Test func otherSpellingsGiveTheSameTokens() throws {
        let format = try PolicyModel(directory: ShippedModel.nanoBase).format
        let file = try file(Self.zooming, Self.spelledOtherwise, Self.sharing)
        let trees = try (0..<3).map { try file.tree(at: $0, format: format, tools: Self.tools) }
        let whole = trees.map { tokens([$0.prompt] + $0.branches[0].segments) }
        #expect(whole[0] == whole[1])
        #expect(trees[0].prompt.tokens == trees[2].prompt.tokens)
        let call = format.text(of: trees[2].branches[0].segments[0].tokens)
        #expect(
            call
                == "<tool_call>\n{\"name\": \"image_zoom_in_tool\", \"arguments\": {\"bbox_2d\": [1, 2, 30, 40]}}\n</tool_call>"
        )
        #expect(trees[1].branches[0].segments.map(\.images.count) == [0, 1, 0])
        #expect(file.unreadKeys() == [])
    }

    @Test func allLinesAreCheckedBeforeTheFirstStep() throws {
        let bad = #"{"messages": [{"role": "user", "content": "a"}]}"#
        let file = try file(Self.zooming, bad, Self.asking, bad)
        let error = #expect(throws: ConversationError.self) {
            try file.check(model: ShippedModel.nanoBase, tools: Self.tools)
        }
        #expect(
            error?.description.hasSuffix(
                "data.jsonl: 2 of 4 conversations cannot be used: line 2: a user message and an assistant message are "
                    + "needed (2 rows like it)") == true, "\(error?.description ?? "")")
        try self.file(Self.zooming, Self.asking).check(model: ShippedModel.nanoBase, tools: Self.tools)
    }

    @Test func aConversationLongerThanTheContextIsRefused() throws {
        let long = String(repeating: "x1 ", count: 40_000)
        let line =
            #"{"messages": [{"role": "user", "content": "\#(long)"}, {"role": "assistant", "content": "a"}]}"#
        let error = #expect(throws: ConversationError.self) {
            try file(line).check(model: ShippedModel.nanoBase, tools: Self.tools)
        }
        #expect(error?.description.contains("data.jsonl:1: the conversation has ") == true)
    }

    @Test(
        arguments: [
            #"{"messages": [{"role": "user", "content": "<image>a"}, {"role": "assistant", "content": "a"}]}"#,
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": ""}]}"#,
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "<image>"}], "#
                + #""images": ["a.png"]}"#,
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "", "tool_calls": "#
                + #"[{"function": {"name": "b", "arguments": "{"}}]}]}"#,
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "", "tool_calls": "#
                + #"[{"function": {"name": "b", "arguments": {}}}, {"function": {"name": "b", "arguments": {}}}]}]}"#,
            #"{"messages": [{"role": "user"}]}"#,
            #"{"messages": [{"role": "user", "content": "a"}]}"#,
            #"{"messages": [{"role": "assistant", "content": "a"}]}"#,
            #"{"messages": [{"role": "user", "content": [{"type": "image", "image": "c.png"}]}, "#
                + #"{"role": "assistant", "content": "a"}]}"#,
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "a"}, "#
                + #"{"role": "assistant", "content": "a"}]}"#,
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "a"}], "tools": ["b"]}"#,
            "[",
        ])
    func aBadLineIsNamed(_ line: String) throws {
        let format = try PolicyModel(directory: ShippedModel.nanoBase).format
        let conversations = try file(Self.zooming, "", line)
        let error = #expect(throws: ConversationError.self) {
            try conversations.tree(at: 1, format: format, tools: Self.tools)
        }
        #expect(error?.description.contains("data.jsonl:3: ") == true)
    }

    @Test func lossFalls() throws {
        var configuration = SupervisedConfiguration()
        configuration.model = ShippedModel.nanoBase.path
        configuration.data = folder.path("data.jsonl")
        configuration.epochs = 8
        configuration.batch = 2
        configuration.optimizer.learningRate = 1e-3
        _ = try file(Self.zooming, Self.asking)
        let trainer = SupervisedTrainer(
            configuration: configuration, data: try SupervisedData(configuration),
            folder: try RunFolder.create(at: folder.file("run"), configuration: ""),
            policyModel: try PolicyModel(directory: ShippedModel.nanoBase), tools: Self.tools)
        let losses = try (0..<8).compactMap { _ in try trainer.step()[MetricName.trainingLoss] }
        #expect(losses[7] < losses[0] / 2, "\(losses)")
    }

    /// Exported conversations end in the right answer, and their images are found from the folder they are in.
    @Test func exportedScenesAreConversationsToo() async throws {
        let exported = folder.url.appending(path: "exported", directoryHint: .isDirectory)
        var configuration = VisualSearchConfiguration()
        configuration.canvas = 420
        let search = try VisualSearch(configuration, seed: 5, split: .test, count: 2)
        try await search.export(0..<2, to: exported)
        let conversations = try ConversationFile(exported.appending(path: "sft/conversations.jsonl"))
        #expect(conversations.count == 2)
        for index in 0..<2 {
            let conversation = try conversations.conversation(at: index)
            let example = search.example(at: index)
            #expect(conversation.messages.map(\.role) == [.system, .user, .assistant])
            #expect(
                conversation.messages.last?.parts == [.text("<answer>\(example.answer)</answer>")])
            let image = example.images[0]
            #expect(
                try conversation.images.map { try $0.pixels(region: $0.bounds) }
                    == [image.pixels(region: image.bounds)])
        }
    }
}
