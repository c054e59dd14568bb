import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Memory of this process and memory available to it, in bytes.
package enum ProcessMemory {
    /// What this process can still take without others being swapped out, or its control group's limit being reached; nil
    /// where the system does not say.
    package static var available: Int? {
        let machine = MemoryFigures.bytes(
            "MemAvailable", inMeminfo: (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? "")
        let group = MemoryFigures.availableBytes(
            limit: groupFile("memory.max"), used: groupFile("memory.current"),
            statistics: groupFile("memory.stat"))
        return [machine, group].compactMap(\.self).min()
    }

    /// All memory of the machine, or of this process's control group if that is limited; nil where the system does not say.
    package static var machine: Int? {
        let machine = MemoryFigures.bytes(
            "MemTotal", inMeminfo: (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? "")
        return [machine, MemoryFigures.limit(groupFile("memory.max"))].compactMap(\.self).min()
    }

    /// A file of the control group (version 2) at the root of what this process sees.
    private static func groupFile(_ name: String) -> String {
        (try? String(contentsOfFile: "/sys/fs/cgroup/\(name)", encoding: .utf8)) ?? ""
    }

    /// In main memory now; 0 where the system does not say.
    package static var resident: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    /// The most that was in main memory at any time.
    package static var peak: Int {
        var usage = rusage()
        #if canImport(Glibc)
            let this = RUSAGE_SELF.rawValue
        #else
            let this = RUSAGE_SELF
        #endif
        guard getrusage(__rusage_who_t(this), &usage) == 0 else { return 0 }
        #if canImport(Darwin)
            return usage.ru_maxrss
        #else
            return usage.ru_maxrss * 1024
        #endif
    }
}

/// How Linux writes figures of memory.
package enum MemoryFigures {
    /// A figure of `/proc/meminfo`.
    package static func bytes(_ name: String, inMeminfo text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("\(name):") {
            return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 }
        }
        return nil
    }

    /// What a control group has left, file pages that it can give back included; nil if it has no limit.
    package static func availableBytes(limit: String, used: String, statistics: String) -> Int? {
        guard let limit = Self.limit(limit), let used = Self.limit(used) else { return nil }
        let reclaimable = statistics.split(separator: "\n").first { $0.hasPrefix("inactive_file ") }
            .flatMap { Int($0.dropFirst("inactive_file ".count)) }
        return max(0, limit - max(0, used - (reclaimable ?? 0)))
    }

    /// The number in a file of a control group; nil for "max".
    package static func limit(_ text: String) -> Int? {
        Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
