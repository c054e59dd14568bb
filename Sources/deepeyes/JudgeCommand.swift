import Agent
import ArgumentParser
import Judging
import Training

struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Find out what a judge of answers is worth.",
        subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try the judge of a configuration on answers of which is known whether they are right.",
            discussion: """
                Prints agreement, what was judged how, agreement for each style of answer (paraphrases, units, negations, \
                orders to the judge, …), the time for a verdict and every answer that was misjudged. The judge is refused, \
                with exit code 1, if it agrees on less than judge.minimumAgreement; no verdict is no agreement.

                What is tried is the model or program alone, without the rules that training asks first. The same check runs \
                before training, unless judge.check is false.

                Your own pairs are a JSONL file, here one line of it:
                  {"question": "What colour is the car?", "expected": "red", "answer": "crimson", "right": true, "style": "synonym"}

                Examples:
                  deepeyes judge check --set 'judge.endpoints=[http://localhost:8000/v1]' --set judge.model=Qwen2.5-72B-Instruct
                  deepeyes judge check --set 'judge.endpoints=[https://api.example.com/v1]' --set judge.model=large \
                --set judge.apiKeyVariable=EXAMPLE_API_KEY
                  deepeyes judge check --set 'judge.program=python3 judge.py' --questions pairs.jsonl
                """)

        @Option(
            help: "YAML file of a training configuration, whose judge is tried.",
            completion: .file(extensions: ["yaml"]))
        var config: String?

        @Option(
            name: .customLong("set"), help: "Change one value, such as judge.model=large; may be repeated.")
        var assignments: [String] = []

        @Option(
            help: "JSONL file of answers in place of those that are shipped.",
            completion: .file(extensions: ["jsonl"]))
        var questions: String?

        func run() throws {
            var configuration = try TrainingConfiguration.load(
                from: config, overrides: assignments
            ).judge
            configuration.cache = "none"
            let check = try questions.map { try JudgeCheck(contentsOf: $0) } ?? JudgeCheck.shipped()
            let judge = try configuration.judges(runCache: nil).asked
            try Console.write("judge: \(configuration.subject)\n")
            let concurrency = configuration.concurrency
            let result = try waiting { try await check.run(judge, concurrency: concurrency) }
            try Console.write(result.table(minimum: configuration.minimumAgreement) + "\n\n")
            guard result.agreement >= configuration.minimumAgreement else {
                try Console.write("refused\n")
                throw ExitCode(1)
            }
            try Console.write("accepted\n")
        }
    }
}
