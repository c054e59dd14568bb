import Foundation
import TestFixtures
import Testing

struct JudgeCheckTests {
    /// Pairs, and a program that calls every answer right.
    private func check(_ pairs: String) throws -> DeepEyesCommand.Outcome {
        let folder = try TemporaryFolder()
        let questions = try folder.write(pairs, to: "pairs.jsonl").path
        let program = try folder.write(
            """
            import json, sys
            for line in sys.stdin:
                print(json.dumps({"id": json.loads(line)["id"], "correct": True}), flush=True)
            """, to: "judge.py"
        ).path
        return try DeepEyesCommand.run(
            "judge", "check", "--questions", questions, "--set", "judge.program=python3 \(program)")
    }

    @Test(arguments: [(true, Int32(0)), (false, 1)])
    func theExitCodeSaysWhetherTheJudgeWillDo(right: Bool, status: Int32) throws {
        let pair = #"{"question": "q", "expected": "e", "answer": "a", "right": \#(right)}"#
        #expect(try check(pair + "\n").status == status)
    }

    @Test func aFileOfPairsThatIsNoneIsNamed() throws {
        expectRefusal(try check("{}\n"), naming: "pairs.jsonl:1", remedy: "question, expected")
    }

    @Test func aModelWithoutANameIsRefused() throws {
        expectRefusal(
            try DeepEyesCommand.run("judge", "check", "--set", "judge.endpoints=[http://127.0.0.1:1/v1]"),
            naming: "judge.endpoints", remedy: "judge.model")
    }
}
