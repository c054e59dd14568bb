import Agent
import Foundation
import Generation
import Judging
import Runs
import Tasks

/// Checks the judge on answers with known verdicts before a run; a resumed run with the same judge skips the check.
struct JudgeTrial {
    private let configuration: JudgeConfiguration
    private let folder: RunFolder

    init(_ configuration: JudgeConfiguration, folder: RunFolder) {
        self.configuration = configuration
        self.folder = folder
    }

    /// The stored result of a check.
    private struct Record: Codable {
        let judge: String
        let prompt: String
        let result: JudgeCheckResult
    }

    /// - Throws: ``JudgeError`` with the table if the agreement is too low.
    func pass(_ judge: any Judge, output: ConsoleOutput) throws {
        guard configuration.asks, configuration.check else { return }
        let prompt = configuration.endpoints.isEmpty ? "" : try configuration.words().template
        if let data = try? Data(contentsOf: folder.judgeCheckFile),
            let record = try? JSONDecoder().decode(Record.self, from: data),
            record.judge == configuration.subject, record.prompt == prompt
        {
            return
        }
        let check = try JudgeCheck.shipped()
        output.write(
            "checking the judge on \(check.pairs.count) answers with known verdicts: \(configuration.subject)\n"
        )
        let concurrency = configuration.concurrency
        let result = try waiting(for: { try await check.run(judge, concurrency: concurrency) })
        let table = result.table(minimum: configuration.minimumAgreement)
        guard result.agreement >= configuration.minimumAgreement else {
            throw JudgeError(
                description: "the judge is refused: \(configuration.subject)\n\n\(table)\n\n"
                    + "Use a better judge or another prompt (judge.prompt). To accept this judge, lower "
                    + "judge.minimumAgreement or set judge.check=false.")
        }
        output.write(table + "\n")
        try AtomicFile.write(
            JSONEncoder().encode(
                Record(judge: configuration.subject, prompt: prompt, result: result)),
            to: folder.judgeCheckFile)
    }
}
