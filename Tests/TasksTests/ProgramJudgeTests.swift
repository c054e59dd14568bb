import Foundation
import Tasks
import TestFixtures
import Testing

/// A judge that is a program, well-behaved and not.
@Suite(.serialized) struct ProgramJudgeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A judge whose program does `body` for each `request`; `reply` writes an object, `starts` counts from 1.
    private func judge(_ body: String, timeout: Duration = .seconds(20)) throws -> ProgramJudge {
        let counter = folder.path("starts")
        let script = """
            import json, os, sys, time
            starts = int(open("\(counter)").read()) + 1 if os.path.exists("\(counter)") else 1
            open("\(counter)", "w").write(str(starts))
            def reply(value):
                print(json.dumps(value), flush=True)
            for line in sys.stdin:
                request = json.loads(line)
                id = request["id"]
            \(body.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n"))
            """
        let file = try folder.write(script, to: "judge.py")
        return ProgramJudge(command: "python3 \(file.path)", timeout: timeout)
    }

    private var startCount: Int {
        let text = try? String(contentsOf: folder.file("starts"), encoding: .utf8)
        return text.flatMap(Int.init) ?? 0
    }

    /// Verdicts on the answers "0", "1", … asked at once; nil where there is none.
    private func verdicts(_ judge: ProgramJudge, count: Int) async -> [Bool?] {
        await withTaskGroup(of: (Int, Bool?).self) { group in
            for index in 0..<count {
                group.addTask { (index, try? await judge.isCorrect("\(index)", for: example(answer: "7"))) }
            }
            return await group.reduce(into: [Bool?](repeating: nil, count: count)) { $0[$1.0] = $1.1 }
        }
    }

    @Test func verdictsBelongToTheirAnswers() async throws {
        let judge = try judge(#"reply({"id": id, "correct": request["answer"] == request["expected"]})"#)
        #expect(await verdicts(judge, count: 50) == (0..<50).map { $0 == 7 })
        #expect(startCount == 1)
    }

    @Test func repliesMayComeInAnyOrderAndBetweenOtherLines() async throws {
        let judge = try judge(
            """
            held = globals().setdefault("held", [])
            held.append(request)
            print("thinking …", flush=True)
            if len(held) == 10:
                for one in reversed(held):
                    reply({"id": one["id"], "score": 0.5 if one["answer"] == "7" else 0.49})
                held.clear()
            """)
        #expect(await verdicts(judge, count: 10) == (0..<10).map { $0 == 7 })
    }

    @Test func aProgramThatEndsIsStartedAgain() async throws {
        let judge = try judge(
            """
            if starts == 1:
                sys.exit(3)
            reply({"id": id, "correct": True})
            """)
        #expect(await verdicts(judge, count: 20) == Array(repeating: true, count: 20))
        #expect(startCount == 2)
    }

    @Test func aProgramThatHangsIsStartedAgain() async throws {
        let judge = try judge(
            """
            if starts == 1:
                time.sleep(1000)
            reply({"id": id, "correct": True})
            """, timeout: .seconds(8))
        #expect(await verdicts(judge, count: 5) == Array(repeating: true, count: 5))
        #expect(startCount == 2)
    }

    @Test(arguments: [
        #"reply({"id": id})"#, #"reply({"id": id, "correct": "yes"})"#,
        #"reply({"id": id, "correct": None})"#,
    ])
    func aReplyWithoutAVerdictIsNone(body: String) async throws {
        let judge = try judge(body)
        await #expect(throws: Unjudged.self) { try await judge.isCorrect("1", for: example(answer: "1")) }
    }

    @Test func aProgramThatNeverJudgesIsGivenUp() async throws {
        let judge = try judge("sys.exit(1)")
        var reasons: Set<String> = []
        for _ in 0..<6 {
            do { _ = try await judge.isCorrect("1", for: example(answer: "1")) } catch {
                reasons.insert("\(error)")
            }
        }
        #expect(startCount == 5)
        #expect(reasons.contains { $0.contains("no valid reply in 5 starts") })
    }

    @Test func aCommandThatIsNoneIsGivenUp() async throws {
        let judge = ProgramJudge(command: "/nonexistent/judge", timeout: .seconds(5))
        await #expect(throws: Unjudged.self) { try await judge.isCorrect("1", for: example(answer: "1")) }
    }
}
