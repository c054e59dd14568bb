import Agent
import Foundation
import Generation
import Judging
import Runs
import Tasks

/// Tries the judge on known answers before a run trusts it; a run that is resumed does not do it again.
struct JudgeTrial {
    private let configuration: JudgeConfiguration
    private let folder: RunFolder

    init(_ configuration: JudgeConfiguration, folder: RunFolder) {
        self.configuration = configuration
        self.folder = folder
    }

    /// What is kept of it.
    private struct Record: Codable {
        let subject: String
        let words: String
        let result: JudgeCheckResult
    }

    /// - Throws: ``JudgeError`` with the table if the judge agrees too seldom.
    func pass(_ judge: any Judge, output: ConsoleOutput) throws {
        guard configuration.asks, configuration.check else { return }
        let words = configuration.endpoints.isEmpty ? "" : try configuration.words().template
        if let data = try? Data(contentsOf: folder.judgeCheckFile),
            let record = try? JSONDecoder().decode(Record.self, from: data),
            record.subject == configuration.subject, record.words == words
        {
            return
        }
        let check = try JudgeCheck.shipped()
        output.write("trying the judge on \(check.pairs.count) known answers: \(configuration.subject)\n")
        let concurrency = configuration.concurrency
        let result = try waiting(for: { try await check.run(judge, concurrency: concurrency) })
        let table = result.table(minimum: configuration.minimumAgreement)
        guard result.agreement >= configuration.minimumAgreement else {
            throw JudgeError(
                description: "the judge is refused: \(configuration.subject)\n\n\(table)\n\n"
                    + "Take a better judge or other words (judge.prompt); judge.minimumAgreement and judge.check=false "
                    + "let it pass.")
        }
        output.write(table + "\n")
        try AtomicFile.write(
            JSONEncoder().encode(
                Record(subject: configuration.subject, words: words, result: result)),
            to: folder.judgeCheckFile)
    }
}
