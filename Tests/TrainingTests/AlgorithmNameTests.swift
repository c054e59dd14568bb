import Foundation
import TestFixtures
import Testing
import Training

/// `algorithm:` in configurations: a name, or a name and parts.
struct AlgorithmNameTests {
    private func algorithm(_ file: String?, _ overrides: String...) throws -> Algorithm {
        let folder = try TemporaryFolder()
        let path = try file.map { try folder.write($0, to: "own.yaml").path }
        return try TrainingConfiguration.load(from: path, overrides: overrides).algorithm
    }

    @Test(arguments: AlgorithmName.allCases) func aNameSetsAllParts(_ name: AlgorithmName) throws {
        #expect(try algorithm("algorithm: \(name.rawValue)\n") == name.algorithm)
        #expect(try algorithm("algorithm: {name: \(name.rawValue)}\n") == name.algorithm)
        #expect(try algorithm(nil, "algorithm=\(name.rawValue)") == name.algorithm)
    }

    @Test func aPartBesideANameOverrides() throws {
        var expected = AlgorithmName.dapo.algorithm
        expected.objective.clipHigh = 0.35
        #expect(try algorithm("algorithm: {name: dapo, objective: {clipHigh: 0.35}}\n") == expected)
        #expect(try algorithm("algorithm: dapo\n", "algorithm.objective.clipHigh=0.35") == expected)
        #expect(try algorithm("algorithm: {objective: {clipHigh: 0.35}, name: dapo}\n") == expected)
        // A name given later replaces what an earlier one and its parts said.
        #expect(
            try algorithm("algorithm: {name: dapo, objective: {clipHigh: 0.35}}\n", "algorithm=rloo")
                == AlgorithmName.rloo.algorithm)
    }

    /// The recorded configuration has every part, so it is read as it was written.
    @Test func aRecordedAlgorithmIsReadAsItWas() throws {
        var configuration = TrainingConfiguration()
        configuration.algorithm = AlgorithmName.gspo.algorithm
        configuration.algorithm.advantage = .groupMean
        #expect(try algorithm(configuration.resolvedText()) == configuration.algorithm)
    }

    @Test func aMistypedNameGetsTheNearest() {
        #expect {
            try algorithm("steps: 3\nalgorithm: gropo\n")
        } throws: { error in
            "\(error)".contains("own.yaml:2") && "\(error)".contains("algorithm.name")
                && "\(error)".contains("Did you mean grpo?")
        }
    }
}
