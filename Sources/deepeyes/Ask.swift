import Agent
import ArgumentParser
import Foundation
import Generation
import Imaging
import Models
import Runs
import Settings
import Synchronization
import Tasks
import Training

struct Ask: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a model about images and watch it think.",
        discussion: """
            Streams the reasoning as it is generated and shows each tool call with the region it cut out.

            Example:
              deepeyes ask --model runs/demo/checkpoints/step-500 \\
                  --image street.jpg "What does the sign say?" --trace out.html

            The first quotation ("> …") of the model's README.md says what the model can do; it is shown below the answer.
            """)

    @Option(help: "Folder of the model.")
    var model: String = "Models/nano-base"

    @Option(help: "Image file (JPEG, PNG or WebP); repeatable.", completion: .file())
    var image: [String]

    @Argument(help: "The question.")
    var question: String

    @Option(help: "Write a page that shows the whole trajectory.", completion: .file(extensions: ["html"]))
    var trace: String?

    @Option(help: "Sampling temperature; 0 is greedy decoding.", range: .atLeast(0))
    var temperature: Double = 0

    @Option(help: "Random seed, used if the temperature is above 0.", range: .atLeast(0))
    var seed: UInt64 = 1

    @Option(help: "Maximum number of tokens in one turn.", range: .atLeast(1))
    var maximumTokens: Int = 1024

    @OptionGroup
    var weights: StorageOptions

    @OptionGroup
    var tools: ToolOptions

    @Flag(help: "Offer the model no tools.")
    var withoutTools = false

    func validate() throws {
        _ = try tools.box()
    }

    func run() throws {
        let trace = try trace.map { try OutputFile($0) }
        let folder = try ModelDirectory.folder(at: model)
        let policyModel = try PolicyModel.fitting(folder, storage: weights.storage())
        let request = QuestionRequest(
            question: question, imagePaths: image, tools: withoutTools ? ToolBox([]) : try tools.box(),
            sampling: Sampling(temperature: temperature, maximumTokens: maximumTokens), seed: seed)
        let printer = EventPrinter(hiding: policyModel.format.tokens.turnEnd)
        let record = try request.answer(with: policyModel) { printer.print($0) }
        try printer.finish()
        if let answer = record.answer, !answer.isEmpty { try Console.write("answer: \(answer)\n") }
        if let card = ModelCard.line(of: folder) { Console.report("(\(card))\n") }
        if let limit = Self.limit(of: record.finish) {
            Console.report("the answer is incomplete: \(limit)\n")
        }
        if let trace {
            try request.writeTrace(of: record, to: trace)
            print("trace: \(trace.url.relativePath)")
        }
    }

    /// The limit that ended an answer; nil if the model ended it.
    private static func limit(of finish: String) -> String? {
        switch finish {
        case "lengthLimit": "a turn reached its limit of tokens; raise --maximum-tokens"
        case "contextLimit": "the conversation filled the context of the model"
        case "turnLimit": "the model reached the limit of tool calls"
        default: nil
        }
    }
}

/// Writes events to the terminal as they happen: reasoning as text, tool calls on lines of their own.
private final class EventPrinter: Sendable {
    private let colours = isatty(STDOUT_FILENO) == 1
    private let failure = Mutex<(any Error)?>(nil)
    private let hasWritten = Mutex(false)
    /// The token that ends a turn; it is not printed.
    private let turnEnd: Int32

    init(hiding turnEnd: Int32) { self.turnEnd = turnEnd }

    func print(_ event: AgentEvent) {
        switch event {
        case .token(let token, let text): if token.token != turnEnd { write(text) }
        case .toolCalled(let call):
            if let failure = call.failure {
                write(styled("\n  ✗ \(failure)\n", "31"))
            } else if let cut = call.cut {
                let box = cut.original
                write(
                    styled(
                        "\n  ⌕ image \(cut.image + 1): \(Int(box.width)) × \(Int(box.height)) pixels at "
                            + "(\(Int(box.x1)), \(Int(box.y1)))\n", "36"))
            } else {
                write(styled("\n  ⌕ \(call.name)\n", "36"))
            }
        case .observation: break
        case .finished: if hasWritten.withLock({ $0 }) { write("\n") }
        }
    }

    private func styled(_ text: String, _ code: String) -> String {
        colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private func write(_ text: String) {
        hasWritten.withLock { $0 = $0 || !text.isEmpty }
        failure.withLock { failure in
            guard failure == nil else { return }
            do { try Console.write(text) } catch { failure = error }
        }
    }

    /// - Throws: ``ConsoleError`` if an event could not be written.
    func finish() throws {
        if let failure = failure.withLock({ $0 }) { throw failure }
    }
}
