#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Reads image files.
enum FileContents {
    /// The bytes of a regular file within the limits. Throws `ImageError` with the system's message.
    static func read(_ path: String, limits: ImageLimits) throws(ImageError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ImageError(.open, path, .unreadable("it is not a regular file"))
        }
        let count = Int(status.st_size)
        try limits.check(byteCount: count, name: path)
        var isComplete = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            while filled < count, let start = target.baseAddress {
                let added = Self.read(descriptor, start + filled, count - filled)
                guard added >= 0 else {
                    isComplete = false
                    return
                }
                // Another process has truncated the file; the decoder will report it.
                if added == 0 { return }
                filled += added
            }
        }
        guard isComplete else { throw failure(path) }
        return bytes
    }

    /// `read(2)`, retried if a signal interrupts it.
    private static func read(_ descriptor: Int32, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int
    {
        while true {
            #if canImport(Darwin)
                let added = Darwin.read(descriptor, target, count)
            #else
                let added = Glibc.read(descriptor, target, count)
            #endif
            if added >= 0 || errno != EINTR { return added }
        }
    }

    private static func failure(_ path: String) -> ImageError {
        ImageError(.open, path, .unreadable(String(cString: strerror(errno))))
    }
}
