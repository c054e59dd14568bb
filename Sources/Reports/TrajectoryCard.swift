import Runs

/// One trajectory: the image with its boxes on one side, the turns on the other.
struct TrajectoryCard {
    let picture: TrajectoryPicture
    /// Whether this is the page's only trajectory.
    let isPage: Bool

    init(_ picture: TrajectoryPicture, isPage: Bool = false) {
        self.picture = picture
        self.isPage = isPage
    }

    private var record: TrajectoryRecord { picture.record }

    var html: HTML {
        .element("article", ["class": "trajectory"]) {
            HTML.element("header") {
                HTML.element("p", ["class": "chips"]) { chips }
                if isPage {
                    HTML.element("h1", ["dir": "auto"]) { record.question }
                } else {
                    HTML.element("h3", ["dir": "auto"]) { record.question }
                }
                if let remark = picture.remark { HTML.element("p", ["class": "note"]) { remark } }
            }
            HTML.element("div", ["class": "sides"]) {
                HTML.element("div", ["class": "look"]) {
                    scenes
                    outcome
                }
                HTML.element("ol", ["class": "turns"]) {
                    for turn in turns { self.turn(turn) }
                }
            }
        }
    }

    // MARK: Heading

    @HTMLBuilder private var chips: HTML {
        if isAsked {
            HTML.empty
        } else if record.isCorrect {
            HTML.element("span", ["class": "chip right"]) { "✓ Right" }
        } else {
            HTML.element("span", ["class": "chip wrong"]) { "✗ Wrong" }
        }
        if record.hasFormatError { HTML.element("span", ["class": "chip wrong"]) { "Format error" } }
        HTML.element("span", ["class": "chip"]) { record.kind }
        HTML.element("span", ["class": "where"]) { position }
    }

    /// Whether the question came from a user, without an expected answer.
    private var isAsked: Bool { record.expected.isEmpty }

    private var position: String {
        if isAsked { return record.exampleID }
        return switch record.origin {
        case .training: "step \(record.step) · prompt \(record.group) · sample \(record.sample)"
        case .evaluation: "\(record.origin) · \(record.exampleID)"
        }
    }

    // MARK: The image and the outcome

    @HTMLBuilder private var scenes: HTML {
        for index in record.images.indices {
            if let scene = ScenePicture(picture: picture, image: index).html {
                HTML.element("figure") {
                    scene
                    if let caption = sceneCaption(index) {
                        HTML.element("figcaption", ["class": "note"]) { caption }
                    }
                }
            }
        }
    }

    private func sceneCaption(_ index: Int) -> String? {
        var parts = record.images.count > 1 ? ["Image \(index + 1)."] : []
        if index == 0, !record.groundTruthBoxes.isEmpty {
            parts.append("Dashed: ground truth.")
            if !record.calls.isEmpty { parts.append("Numbered: boxes of the tool calls.") }
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    private var outcome: HTML {
        .element("div", ["class": "outcome"]) {
            HTML.element("dl") {
                if !isAsked {
                    HTML.element("div") {
                        HTML.element("dt") { "Expected" }
                        HTML.element("dd", ["dir": "auto"]) { record.expected }
                    }
                }
                HTML.element("div", ["class": isAsked ? nil : record.isCorrect ? "right" : "wrong"]) {
                    HTML.element("dt") { "Answer" }
                    HTML.element("dd", ["dir": "auto"]) { record.answer ?? "none" }
                }
            }
            if !record.rewards.isEmpty { rewards }
        }
    }

    private var rewards: HTML {
        .element("p", ["class": "reward"]) {
            for (index, component) in record.rewards.enumerated() {
                HTML.element("span", ["class": component.value == 0 ? "zero" : nil]) {
                    index == 0
                        ? (component.value < 0 ? "−" : "")
                        : (component.value < 0 ? " − " : " + ")
                    HTML.element("b") { Readable.fixed(abs(component.value), 2) }
                    " \(component.name)"
                }
            }
            HTML.element("span", ["class": "sum"]) {
                " = "
                HTML.element("b") { Self.signed(record.reward, plus: "") }
                " reward"
            }
            if record.origin == .training {
                HTML.element("span", ["class": "zero"]) {
                    ", advantage \(Self.signed(record.advantage, plus: "+"))"
                }
            }
        }
    }

    private static func signed(_ value: Double, plus: String) -> String {
        (value < 0 ? "−" : plus) + Readable.fixed(abs(value), 2)
    }

    // MARK: Turns

    /// A completion, with the segments that precede it.
    private struct Turn {
        var seen: [Int] = []
        var completion: Int?
    }

    private var turns: [Turn] {
        var turns: [Turn] = []
        var turn = Turn()
        for (index, segment) in record.segments.enumerated() {
            if segment.kind == .completion {
                turn.completion = index
                turns.append(turn)
                turn = Turn()
            } else {
                turn.seen.append(index)
            }
        }
        return turn.seen.isEmpty ? turns : turns + [turn]
    }

    private func turn(_ turn: Turn) -> HTML {
        .element("li") {
            HTML.element("div", ["class": "seen"]) {
                for segment in turn.seen { seen(segment) }
            }
            HTML.element("div", ["class": "written"]) {
                if let completion = turn.completion {
                    written(completion)
                } else {
                    HTML.element("p", ["class": "note"]) { ending }
                }
            }
        }
    }

    private var ending: String { "The trajectory ended here: \(record.finish)." }

    @HTMLBuilder private func seen(_ index: Int) -> HTML {
        let segment = record.segments[index]
        let number = record.calls.firstIndex { $0.segment == index - 1 }
        for (viewIndex, view) in segment.views.enumerated() {
            if let image = picture.view(segment: index, viewIndex) {
                self.view(image, of: view, number: number)
            }
        }
        if segment.kind == .observation, let text = replyText(segment, number) {
            HTML.element("p", ["class": number.map { "reply c\($0 % 6 + 1)" } ?? "reply", "dir": "auto"]) {
                if let number { HTML.element("span", ["class": "number"]) { "\(number + 1)" } }
                text
            }
        }
    }

    private func view(_ image: ReportImage, of view: ViewRecord, number: Int?) -> HTML {
        let overlap = number.flatMap { record.overlap(of: record.calls[$0]) }
        let turn = view.rotation == 0 ? "" : ", rotated by \(view.rotation)°"
        return .element("figure", ["class": number.map { "view c\($0 % 6 + 1)" } ?? "view"]) {
            HTML.element(
                "img",
                [
                    "src": image.address, "loading": image.loading, "width": "\(image.width)",
                    "height": "\(image.height)",
                    "class": image.width < 160 ? "coarse" : nil,
                    "alt": "\(name(of: number)): region \(ScenePicture.corners(view.region)) of "
                        + (view.image.map { "image \($0 + 1)" } ?? "an image that a tool made")
                        + "\(turn), seen as \(view.width) by \(view.height) pixels",
                ])
            HTML.element("figcaption") {
                if let number { HTML.element("span", ["class": "number"]) { "\(number + 1)" } }
                number == nil ? inputName(at: view) + ", " : ""
                "\(view.width) × \(view.height) px\(turn)"
                if let overlap {
                    HTML.element("span", ["class": "note"]) { "IoU \(Readable.fixed(overlap, 2))" }
                }
            }
        }
    }

    private func inputName(at view: ViewRecord) -> String {
        if let image = view.image, record.images.count > 1 { "Image \(image + 1)" } else { "Input image" }
    }

    /// What a view is: the crop of a call, what another call returned, or a part of the prompt.
    private func name(of number: Int?) -> String {
        guard let number else { return "Input image" }
        return record.calls[number].isCut ? "Crop \(number + 1)" : "Result of call \(number + 1)"
    }

    /// The text of a tool's reply: its error, or the text inside its tags.
    private func replyText(_ segment: SegmentRecord, _ number: Int?) -> String? {
        if let number, let error = record.calls[number].error { return error }
        let words = CompletionText.runs(in: segment.text).filter { $0.role == .reply }.map(\.text)
        return words.isEmpty ? nil : words.joined(separator: "\n")
    }

    @HTMLBuilder private func written(_ index: Int) -> HTML {
        let number = record.calls.firstIndex { $0.segment == index }
        for run in CompletionText.runs(in: record.segments[index].text) {
            switch run.role {
            case .plain, .thought, .reply: HTML.element("p", ["dir": "auto"]) { run.text }
            case .call: call(run.text, number)
            case .answer:
                HTML.element("p", ["class": "answer", "dir": "auto"]) {
                    HTML.element("span", ["class": "note"]) { "Answer " }
                    HTML.element("b") { run.text }
                }
            case .special: HTML.empty
            }
        }
    }

    private func call(_ text: String, _ number: Int?) -> HTML {
        .element("div", ["class": number.map { "call c\($0 % 6 + 1)" } ?? "call"]) {
            if let number { HTML.element("span", ["class": "number"]) { "\(number + 1)" } }
            HTML.element("code", ["dir": "auto"]) { text }
        }
    }
}
