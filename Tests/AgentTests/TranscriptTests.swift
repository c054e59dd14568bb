import Agent
import Imaging
import TestPolicy
import Testing

@Suite struct TranscriptTests {
    private func transcript() -> Transcript {
        var transcript = Transcript([.prompt(tokens: [1, 2, 3])])
        transcript.append(
            .completion(tokens: [4, 5], logProbabilities: [-1, -2], entropies: [1, 2], policyVersion: 7))
        transcript.append(.observation(tokens: [6]))
        transcript.append(.completion(tokens: [7]))
        return transcript
    }

    @Test func tokensAreJoinedInOrder() {
        #expect(transcript().tokens == [1, 2, 3, 4, 5, 6, 7])
        #expect(transcript().tokenCount == 7)
        #expect(transcript().completionTokenCount == 3)
    }

    @Test func theLossMaskFollowsTheKindOfEachSegment() {
        #expect(transcript().lossMask == [false, false, false, true, true, false, true])
    }

    @Test func imagesAreInTheOrderTheyAreSeen() throws {
        let format = ByteFormat()
        let images = try [10, 20, 30].map {
            try format.view(BlankImage($0, 10), as: .example(0))
        }
        var transcript = Transcript([.prompt(tokens: [], images: Array(images[..<2]))])
        transcript.append(.observation(tokens: [], images: [images[2]]))
        #expect(transcript.images.map(\.region.width) == [10, 20, 30])
    }

    @Test func idsAreOrderedByGroupThenSample() {
        let ids = [(1, 0), (0, 2), (0, 1)].map { TrajectoryID(group: $0.0, sample: $0.1) }
        #expect(ids.sorted().map { [$0.group, $0.sample] } == [[0, 1], [0, 2], [1, 0]])
    }
}
