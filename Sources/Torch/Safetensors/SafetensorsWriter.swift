package import Foundation
import JSON

/// Writes safetensors files atomically.
package enum SafetensorsWriter {
    /// Writes `tensors` to a temporary file next to `url`, syncs it to disk, and renames it to `url`.
    ///
    /// Data is ordered by descending element size, so that every tensor is aligned. Only one tensor at a time is copied.
    ///
    /// - Parameters:
    ///   - tensors: the tensors, with unique names.
    ///   - url: the file; its folder must exist.
    ///   - dtype: the type that floating-point tensors are converted to; nil for no conversion.
    /// - Throws: `SafetensorsError`; the temporary file is removed then.
    package static func write(
        _ tensors: [NamedTensor], to url: URL, dtype: DType? = nil
    ) throws {
        let items = try arranged(tensors, dtype, url)
        let file = try PartialFile(url)
        try file.write(header(items))
        for item in items {
            let tensor = withoutGradient { item.tensor.detached().to(item.dtype).to(.cpu).contiguous() }
            try tensor.withUnsafeMutableBytes { try file.write(UnsafeRawBufferPointer($0)) }
        }
        try file.commit()
    }

    private struct Item {
        let name: String
        let tensor: Tensor
        let dtype: DType
        let shape: [Int]
        var byteCount: Int { shape.reduce(dtype.byteCount, *) }
    }

    private static func arranged(_ tensors: [NamedTensor], _ dtype: DType?, _ url: URL) throws -> [Item] {
        var seen: Set<String> = ["__metadata__"]
        let items = try tensors.map { name, tensor in
            guard seen.insert(name).inserted else {
                throw SafetensorsError(.write, url, tensor: name, "the name is reserved or used twice")
            }
            let own = tensor.dtype
            return Item(
                name: name, tensor: tensor, dtype: own.isFloatingPoint ? dtype ?? own : own,
                shape: tensor.shape)
        }
        let widths = Set(items.map(\.dtype.byteCount)).sorted(by: >)
        return widths.flatMap { width in items.filter { $0.dtype.byteCount == width } }
    }

    /// The header's length and the header, padded with spaces so that the data is aligned.
    private static func header(_ items: [Item]) -> [UInt8] {
        // `transformers` requires a format.
        var header: JSONObject = ["__metadata__": ["format": "pt"]]
        var offset = 0
        for item in items {
            let end = offset + item.byteCount
            header[item.name] = [
                "dtype": .string(item.dtype.safetensorsName), "shape": .array(item.shape.map { .number($0) }),
                "data_offsets": [.number(offset), .number(end)],
            ]
            offset = end
        }
        var json = Array(JSONValue.object(header).text(.compact).utf8)
        while json.count % 8 != 0 { json.append(0x20) }
        return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
    }
}

/// A file that is written under a temporary name, and renamed once it is complete and on disk.
private final class PartialFile {
    private let url: URL
    private let temporary: String
    private var descriptor: Int32

    init(_ url: URL) throws {
        self.url = url
        temporary = url.path + ".\(getpid()).partial"
        unlink(temporary)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw failure() }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest)
            let count = Foundation.write(descriptor, piece.baseAddress, min(piece.count, 1 << 30))
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw failure() }
            rest = rest.dropFirst(count)
        }
    }

    /// Syncs the file to disk and renames it.
    func commit() throws {
        guard fsync(descriptor) == 0, rename(temporary, url.path) == 0 else { throw failure() }
        close(descriptor)
        descriptor = -1
        try syncDirectory()
    }

    private func syncDirectory() throws {
        let directory = open(url.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { throw failure() }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure() }
    }

    private func failure() -> SafetensorsError {
        let code = errno
        let remedy =
            switch code {
            case ENOSPC, EDQUOT, EFBIG:
                ": free some space or choose another folder; the temporary file was removed"
            case ENOENT: ": create the folder first"
            default: ""
            }
        return SafetensorsError(.write, url, String(cString: strerror(code)) + remedy)
    }
}
