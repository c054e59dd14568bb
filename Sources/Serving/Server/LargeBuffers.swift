import Foundation

/// Configures how the allocator handles large buffers.
enum LargeBuffers {
    private typealias SetOption = @convention(c) (Int32, Int32) -> Int32

    /// `M_MMAP_THRESHOLD` of glibc's `malloc.h`, which is not available in Swift.
    private static let mapThreshold: Int32 = -3

    /// Makes `malloc` map buffers of 256 kB or more individually, so that freeing them returns the memory to the system.
    ///
    /// Requests with photos allocate and free megabytes on many threads. By default, glibc raises the threshold once a
    /// large buffer has been freed and then keeps such buffers in per-thread heaps, which doubles the process size. Has no
    /// effect without glibc.
    static func mapIndividually() {
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: SetOption.self)(mapThreshold, 256 << 10)
    }
}
