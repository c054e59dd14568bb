import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Memory of this process and what the machine has left for it, in bytes.
package enum ProcessMemory {
    /// What this process can still take without others being swapped out, or its control group's limit being reached; nil
    /// where the system does not say.
    package static var available: Int? {
        let machine = MemoryFigures.availableBytes(
            inMeminfo: (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? "")
        let group = MemoryFigures.availableBytes(
            limit: (try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8)) ?? "",
            used: (try? String(contentsOfFile: "/sys/fs/cgroup/memory.current", encoding: .utf8)) ?? "")
        return [machine, group].compactMap(\.self).min()
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
    /// `MemAvailable` of `/proc/meminfo`.
    package static func availableBytes(inMeminfo text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").compactMap { Int($0) }.first.map { $0 * 1024 }
        }
        return nil
    }

    /// What a control group has left; nil if it has no limit.
    package static func availableBytes(limit: String, used: String) -> Int? {
        func number(_ text: String) -> Int? { Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
        guard let limit = number(limit), let used = number(used) else { return nil }
        return max(0, limit - used)
    }
}
