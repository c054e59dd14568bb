import Foundation

/// How memory for large buffers is taken.
enum LargeBuffers {
    private typealias SetOption = @convention(c) (Int32, Int32) -> Int32

    /// `M_MMAP_THRESHOLD` of glibc's `malloc.h`, which no module offers to Swift.
    private static let mappedFrom: Int32 = -3

    /// Has each buffer of 256 kB or more mapped by itself, so that it goes back to the system when it is freed.
    ///
    /// Requests with photos take and free megabytes on many threads; kept in the heap of each thread, as glibc does once
    /// a large buffer has been freed, they leave the process at twice its size. Elsewhere nothing is changed.
    static func areMappedAlone() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: SetOption.self)(mappedFrom, 256 << 10)
    }
}
