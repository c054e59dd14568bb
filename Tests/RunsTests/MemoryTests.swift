import Runs
import Testing

struct MemoryTests {
    @Test(arguments: [
        ("24G", 24 << 30), ("1.5GiB", 3 << 29), ("800 MB", 800 << 20), ("64k", 64 << 10), ("4096", 4096),
        ("2t", 2 << 40),
    ])
    func amountsAreReadAsPeopleWriteThem(text: String, bytes: Int) {
        #expect(ByteCount(text)?.bytes == bytes)
    }

    @Test(arguments: ["", "G", "0G", "-3G", "3 apples", "1e3G", "nan", "99999999T"])
    func whatIsNoAmountIsRefused(text: String) {
        #expect(ByteCount(text) == nil)
    }

    @Test(arguments: [
        (24 << 30, "24.0 GiB"), (3 << 29, "1.5 GiB"), (1 << 20, "1.0 MiB"), ((1 << 30) - 1000, "1.0 GiB"),
        (7, "7 bytes"),
    ])
    func amountsAreWrittenInTheLargestUnit(bytes: Int, text: String) {
        #expect(ByteCount(bytes).description == text)
    }

    @Test func figuresOfTheSystemAreRead() {
        let meminfo = "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:   16000000 kB\n"
        #expect(MemoryFigures.bytes("MemAvailable", inMeminfo: meminfo) == 16_000_000 * 1024)
        #expect(MemoryFigures.bytes("MemTotal", inMeminfo: meminfo) == 24_000_000 * 1024)
        #expect(MemoryFigures.bytes("MemAvailable", inMeminfo: "MemTotal: 1 kB\n") == nil)
        func left(_ limit: String, _ used: String, _ statistics: String = "") -> Int? {
            MemoryFigures.availableBytes(limit: limit, used: used, statistics: statistics)
        }
        #expect(left("1000\n", "400\n") == 600)
        #expect(left("1000\n", "400\n", "anon 1\ninactive_file 150\nactive_file 7\n") == 750)
        #expect(left("1000\n", "4000\n") == 0)
        #expect(left("max\n", "400\n") == nil)
    }

    @Test func aProcessKnowsItsOwnMemory() {
        let resident = ProcessMemory.resident
        #expect(resident > 1 << 20)
        #expect(ProcessMemory.peak >= resident / 10 * 9)
        #expect(ProcessMemory.machine ?? .max > resident)
    }
}
