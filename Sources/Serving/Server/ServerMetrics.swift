import Foundation
import Rollout
import Runs
import Synchronization

/// What the server has done, for `/metrics` in the text format of Prometheus (version 0.0.4).
final class ServerMetrics: Sendable {
    /// A distribution as Prometheus keeps it.
    private struct Histogram {
        static let bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
        var counts = Array(repeating: 0, count: bounds.count + 1)
        var sum = 0.0

        mutating func add(_ value: Double) {
            counts[Self.bounds.firstIndex { value <= $0 } ?? Self.bounds.count] += 1
            sum += value
        }
    }

    private struct State {
        var responses: [String: [Int: Int]] = [:]
        var promptTokens = 0
        var completionTokens = 0
        var toolCalls = 0
        var abandoned = 0
        var firstToken = Histogram()
        var whole = Histogram()
    }

    private let state = Mutex(State())
    private let start = Date()

    func countResponse(route: String, status: Int) {
        state.withLock { $0.responses[route, default: [:]][status, default: 0] += 1 }
    }

    func countAbandoned() { state.withLock { $0.abandoned += 1 } }

    func countToolCall() { state.withLock { $0.toolCalls += 1 } }

    func countFirstToken(after seconds: Double) { state.withLock { $0.firstToken.add(seconds) } }

    func countAnswer(promptTokens: Int, completionTokens: Int, after seconds: Double) {
        state.withLock { state in
            state.promptTokens += promptTokens
            state.completionTokens += completionTokens
            state.whole.add(seconds)
        }
    }

    /// - Parameters:
    ///   - inFlight: requests that are being worked on, and how many there may be.
    ///   - connections: that are open.
    ///   - engine: what the engine has done; nil without a model.
    func text(
        inFlight: (count: Int, limit: Int)?, connections: Int, engine: RolloutStatistics? = nil
    ) -> String {
        let state = state.withLock { $0 }
        var page = PrometheusPage()
        page.add("deepeyes_responses_total", .counter, "Answers by route and HTTP status.")
        for (route, counts) in state.responses.sorted(by: { $0.key < $1.key }) {
            for (status, count) in counts.sorted(by: { $0.key < $1.key }) {
                page.value(
                    "deepeyes_responses_total", "route=\"\(route)\",status=\"\(status)\"", Double(count))
            }
        }
        page.single(
            "deepeyes_abandoned_total", .counter, "Answers whose client went away.", Double(state.abandoned))
        page.single(
            "deepeyes_prompt_tokens_total", .counter, "Tokens read, images and tool answers included.",
            Double(state.promptTokens))
        page.single(
            "deepeyes_completion_tokens_total", .counter, "Tokens written.", Double(state.completionTokens))
        page.single(
            "deepeyes_tool_calls_total", .counter, "Tool calls that the server ran.", Double(state.toolCalls))
        if let inFlight {
            page.single(
                "deepeyes_requests_in_flight", .gauge, "Requests being worked on.", Double(inFlight.count))
            page.single(
                "deepeyes_requests_in_flight_limit", .gauge, "Most of them before others are turned away.",
                Double(inFlight.limit))
        }
        if let engine { add(engine, &page) }
        page.single("deepeyes_connections", .gauge, "Open connections.", Double(connections))
        page.single(
            "process_resident_memory_bytes", .gauge, "Resident memory.", Double(ProcessMemory.resident))
        page.single(
            "process_start_time_seconds", .gauge, "Start, in seconds since 1970.", start.timeIntervalSince1970
        )
        add(state.firstToken, "deepeyes_first_token_seconds", "From a request to the first token.", &page)
        add(state.whole, "deepeyes_answer_seconds", "From a request to the end of its answer.", &page)
        return page.text
    }

    /// Every figure of the engine as `deepeyes_engine_NAME`.
    private func add(_ engine: RolloutStatistics, _ page: inout PrometheusPage) {
        for figure in engine.figures {
            let name = "deepeyes_engine_\(figure.name)"
            if figure.isPeak {
                page.single(name, .gauge, figure.meaning, figure.value)
            } else {
                page.single("\(name)_total", .counter, figure.meaning, figure.value)
            }
        }
    }

    private func add(_ histogram: Histogram, _ name: String, _ help: String, _ page: inout PrometheusPage) {
        page.add(name, .histogram, help)
        var sum = 0
        for (bound, count) in zip(Histogram.bounds.map { "\($0)" } + ["+Inf"], histogram.counts) {
            sum += count
            page.value("\(name)_bucket", "le=\"\(bound)\"", Double(sum))
        }
        page.value("\(name)_sum", nil, histogram.sum)
        page.value("\(name)_count", nil, Double(sum))
    }

}

/// Lines of the text format.
private struct PrometheusPage {
    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    mutating func add(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func value(_ name: String, _ labels: String?, _ value: Double) {
        let number = Int(exactly: value).map(String.init) ?? "\(value)"
        text += "\(name)\(labels.map { "{\($0)}" } ?? "") \(number)\n"
    }

    mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        add(name, kind, help)
        self.value(name, nil, value)
    }
}
