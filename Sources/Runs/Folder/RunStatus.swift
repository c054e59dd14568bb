internal import Foundation

/// Whether a run is running, or how it ended: the content of `status.json`.
package struct RunStatus: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Codable {
        case running
        case finished
        /// Ended before the last step, by a person or by an alarm, with its state saved.
        case stopped
        /// Ended by an error, or without a word, as when the process was killed.
        case failed
    }

    package let state: State
    /// The step after which the run is finished; nil if unknown.
    package let steps: Int?
    /// Why it stopped or failed: a sentence.
    package let reason: String?

    package init(_ state: State, steps: Int? = nil, reason: String? = nil) {
        self.state = state
        self.steps = steps
        self.reason = reason
    }
}

extension RunFolder {
    /// Records the status of the run, which the process does when it starts and when it ends.
    package func record(_ status: RunStatus) throws {
        try AtomicFile.write(json: status, to: statusFile)
    }

    /// The status that was recorded last, corrected by whether the process lives: the lock ends with it, also if it is killed.
    package func status() -> RunStatus {
        let recorded = FileManager.default.contents(atPath: statusFile.path)
            .flatMap { try? JSONDecoder().decode(RunStatus.self, from: $0) }
        if RunLock.isHeld(in: self) { return RunStatus(.running, steps: recorded?.steps) }
        guard let recorded else { return unrecordedStatus }
        guard recorded.state == .running else { return recorded }
        return RunStatus(
            .failed, steps: recorded.steps,
            reason: "The process ended without saving its state: it was killed, or the machine stopped.")
    }

    /// The status of an evaluation, and of a run of a version that recorded none.
    private var unrecordedStatus: RunStatus {
        let results = [reportValuesFile, url.appending(path: "result.json", directoryHint: .notDirectory)]
        return results.contains { FileManager.default.fileExists(atPath: $0.path) }
            ? RunStatus(.finished) : RunStatus(.stopped, reason: "The process ended before the result.")
    }
}
