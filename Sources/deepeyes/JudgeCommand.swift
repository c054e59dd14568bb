import Agent
import ArgumentParser
import Judging
import Training

struct JudgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Measure how reliable a judge of answers is.",
        subcommands: [Check.self])

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Test the configured judge on answers with known labels.",
            discussion: """
                Prints the agreement with the labels, a confusion table, agreement by style of answer (paraphrases, units, \
                negations, prompt injections, …), the time per verdict and every misjudged answer. The judge is refused, \
                with exit code 1, if agreement is below judge.minimumAgreement; a missing verdict counts as disagreement.

                Only the model or program is tested, without the rules that training applies first. Training runs the same \
                check before it starts, unless judge.check is false.

                To test on your own answers, write a JSONL file. One of its lines, wrapped here:
                  {"question": "What colour is the car?", "expected": "red",
                   "answer": "crimson", "right": true, "style": "synonym"}

                Examples:
                  deepeyes judge check --set 'judge.endpoints=[http://localhost:8000/v1]' \\
                      --set judge.model=Qwen2.5-72B-Instruct
                  deepeyes judge check --set 'judge.endpoints=[https://api.example.com/v1]' \\
                      --set judge.model=large --set judge.apiKeyVariable=EXAMPLE_API_KEY
                  deepeyes judge check --set 'judge.program=python3 judge.py' \\
                      --questions pairs.jsonl
                """)

        @Option(
            help: "Training configuration (YAML) that defines the judge.",
            completion: .file(extensions: ["yaml"]))
        var config: String?

        @Option(
            name: .customLong("set"), help: "Override one value, such as judge.model=large; repeatable.")
        var assignments: [String] = []

        @Option(
            help: "JSONL file of labelled answers to use instead of the built-in ones.",
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
