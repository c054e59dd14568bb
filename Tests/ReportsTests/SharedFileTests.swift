import Reports
import Runs
import Testing

/// The scripts that reports and the server share.
@Suite struct SharedFileTests {
    private let scripts =
        SharedFile.chartScripts + SharedFile.pictureScripts.dropFirst()
        + SharedFile.answerScripts.suffix(1) + [SharedFile.reportScript]

    @Test func eachImportIsOfAScriptBeforeIt() throws {
        var exported: [String: Set<Substring>] = [:]
        for file in scripts {
            let lines = file.text.split(separator: "\n")
            for line in lines where line.contains("import") {
                let match = try #require(
                    try /import \{ (.+) \} from '\.\/(.+)';/.wholeMatch(in: line), "\(line)")
                let names = Set(match.1.split(separator: ", "))
                #expect(names.isSubset(of: exported[String(match.2)] ?? []), "\(file.name): \(line)")
            }
            exported[file.name] = Set(
                file.text.matches(of: /\nexport (?:const|function|class) (\w+)/).map(\.output.1))
        }
    }

    @Test func topLevelNamesDiffer() {
        let names = scripts.flatMap { file in
            "\n\(file.text)".matches(of: /\n(?:export )?(?:const|let|function|class) (\w+)/).map {
                String($0.output.1)
            }
        }
        #expect(names.count > 30 && Set(names).count == names.count)
    }

    @Test func nothingEndsTheElementItStandsIn() {
        for file in scripts + [SharedFile.style, SharedFile.results, SharedFile.enlargeStyle] {
            #expect(!file.text.isEmpty, "\(file.name)")
            for end in ["</", "<!--", "<script"] { #expect(!file.text.contains(end), "\(file.name)") }
        }
    }

    @Test func chartsShowMetricsThatAreRecorded() throws {
        let script = try #require(SharedFile.chartScripts.last { $0.name == "learning_curves.js" })
        let named = Set(script.text.matches(of: /'(\w+\/\w\w+)'/).map { String($0.output.1) })
        let known: Set = [
            MetricName.reward, MetricName.accuracy, MetricName.callRate, MetricName.callsPerTrajectory,
            MetricName.callErrorRate, MetricName.firstBoxIoU, MetricName.formatErrorRate,
            MetricName.truncated,
            MetricName.failed, MetricName.entropy, MetricName.loss, MetricName.clipFraction,
            MetricName.completionTokens, MetricName.turnTokens, MetricName.groupsWithoutSignal,
            MetricName.gradientNorm, MetricName.learningRate, MetricName.stepSeconds,
            MetricName.tokensPerSecond,
            MetricName.residentBytes, MetricName.peakBytes,
        ]
        let engine: Set = ["engine/sampled_tokens", "engine/prefill_tokens", "engine/cached_tokens"]
        #expect(named == known.union(engine))
    }
}
