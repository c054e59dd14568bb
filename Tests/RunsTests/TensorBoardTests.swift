import Foundation
import Runs
import Synchronization
import TestFixtures
import Testing

@Suite struct CRC32CTests {
    /// RFC 3720, appendix B.4, and the check value of the catalogue of checksums.
    private static let published: [(bytes: [UInt8], checksum: UInt32)] = [
        (Array("123456789".utf8), 0xE306_9283),
        (Array(repeating: 0, count: 32), 0x8A91_36AA),
        (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E),
        ([], 0),
    ]

    @Test(arguments: published)
    func checksumsAreThePublishedOnes(_ example: (bytes: [UInt8], checksum: UInt32)) {
        #expect(CRC32C.checksum(example.bytes) == example.checksum)
    }
}

@Suite struct EventFileTests {
    private let temporary: TemporaryFolder
    private let goldens = GoldenFolder().url

    init() throws {
        temporary = try TemporaryFolder()
    }

    private func golden(_ name: String) throws -> Data {
        try Data(contentsOf: goldens.appending(path: name))
    }

    /// The files of the folder in the order TensorBoard reads them.
    private func eventFiles() throws -> [URL] {
        try FileManager.default.contentsOfDirectory(atPath: temporary.url.path).sorted()
            .map(temporary.file)
    }

    private func record(_ steps: ClosedRange<Int>, keepingThrough step: Int?) throws {
        let file = try EventFile(in: temporary.url, keepingThrough: step)
        for step in steps {
            try file.record(StepMetrics(step: step, values: [Metric("reward/total", Double(step))]))
        }
    }

    @Test func recordsAreFramedAsTensorBoardFramesThem() throws {
        let file = try golden("records.tfrecord")
        let records = TFRecord.records(in: file)
        #expect(records.map(\.payload).prefix(2) == [Data(), Data("123456789".utf8)])
        #expect(records.map { TFRecord.frame($0.payload) }.reduce(Data(), +) == file)
    }

    @Test func anEventFileEqualsTensorBoardsOwn() throws {
        let times = Mutex([1.5, 2.25])
        let file = try EventFile(
            in: temporary.url, keepingThrough: nil,
            now: { Date(timeIntervalSince1970: times.withLock { $0.removeFirst() }) })
        try file.record(
            StepMetrics(
                step: 3, values: [Metric("reward/total", 0.5)],
                performance: [Metric("time/step_seconds", -1.25)]))
        let written = try eventFiles()
        #expect(written.count == 1)
        #expect(try Data(contentsOf: written[0]) == golden("scalars.tfevents"))
    }

    @Test(arguments: [1, 5, 20])
    func aTornRecordEndsTheFile(bytesCut: Int) throws {
        let file = try golden("records.tfrecord")
        #expect(TFRecord.records(in: file.dropLast(bytesCut)).count == 2)
    }

    @Test func aDamagedRecordEndsTheFile() throws {
        var file = try golden("records.tfrecord")
        file[30] ^= 1
        #expect(TFRecord.records(in: file).count == 1)
    }

    @Test func resumeKeepsTheStepsBehindItAndGoesOnInANewFile() throws {
        try record(1...5, keepingThrough: nil)
        try record(3...4, keepingThrough: 2)
        let counts = try eventFiles().map { TFRecord.records(in: try Data(contentsOf: $0)).count }
        #expect(counts == [3, 3])
    }
}
