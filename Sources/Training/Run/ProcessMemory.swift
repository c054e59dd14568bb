import Foundation
import Generation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Memory of this process, in bytes.
package enum ProcessMemory {
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
