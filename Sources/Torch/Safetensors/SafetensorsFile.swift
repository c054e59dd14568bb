package import Foundation

/// A memory-mapped safetensors file, whose tensors are copied or viewed.
package final class SafetensorsFile {
    package let url: URL
    /// The tensors' names, in data order.
    package var names: [String] { header.names }

    private let mapping: MappedFile
    private let header: SafetensorsHeader
    /// Offset of the data in the file.
    private let dataStart: Int

    /// Longer headers are rejected, as in the reference implementation.
    private static let longestHeader = 100_000_000

    /// Maps the file and validates its header.
    ///
    /// - Throws: `SafetensorsError`.
    package init(_ url: URL) throws {
        self.url = url
        mapping = try MappedFile(url)
        let bytes = mapping.bytes
        guard bytes.count >= 8 else {
            throw SafetensorsError(
                .read, url, "\(bytes.count) bytes are too few for a safetensors file: copy it again")
        }
        let stated = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard stated <= UInt64(Self.longestHeader), stated <= UInt64(bytes.count - 8) else {
            throw SafetensorsError(
                .read, url,
                "a header of \(stated) bytes does not fit in a file of \(bytes.count): "
                    + "it is not a safetensors file, or cut short: copy it again")
        }
        dataStart = 8 + Int(stated)
        do {
            header = try SafetensorsHeader(
                json: UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]),
                dataCount: bytes.count - dataStart)
        } catch {
            throw SafetensorsError(.read, url, tensor: error.tensor, error.reason)
        }
    }

    package func contains(_ name: String) -> Bool { header.entries[name] != nil }

    /// Number of elements of the tensor `name`; 0 if there is none.
    package func elementCount(of name: String) -> Int { header.entries[name]?.shape.reduce(1, *) ?? 0 }

    /// A copy of the tensor `name` on `device`, with the file's element type. If `shape` is given, the tensor must have it.
    ///
    /// - Throws: `SafetensorsError` if there is no such tensor, if its shape differs, or if its bytes are invalid for its type.
    package func tensor(_ name: String, shape: [Int]? = nil, device: Device = .cpu) throws -> Tensor {
        let (entry, bytes) = try entry(name, shape: shape)
        defer { release(name) }
        return Tensor(
            bytes: UnsafeRawBufferPointer(bytes), shape: entry.shape, dtype: entry.dtype, device: device)
    }

    /// The tensor `name` where it is in the mapped file, which stays mapped as long as the tensor is used. Changes of its elements
    /// are not written to the file. A tensor whose elements are not aligned is copied.
    ///
    /// - Throws: as ``tensor(_:shape:device:)``.
    package func view(_ name: String, shape: [Int]? = nil) throws -> Tensor {
        let (entry, bytes) = try entry(name, shape: shape)
        guard let address = bytes.baseAddress, Int(bitPattern: address) % entry.dtype.byteCount == 0 else {
            return Tensor(bytes: UnsafeRawBufferPointer(bytes), shape: entry.shape, dtype: entry.dtype)
        }
        return Tensor(at: address, shape: entry.shape, dtype: entry.dtype, owner: mapping)
    }

    /// Gives the memory of a tensor that is not viewed back; it is read again when it is needed.
    package func release(_ name: String) {
        guard let range = header.entries[name]?.range else { return }
        mapping.release(dataStart + range.lowerBound..<dataStart + range.upperBound)
    }

    private func entry(
        _ name: String, shape: [Int]?
    ) throws -> (SafetensorsHeader.Entry, UnsafeMutableRawBufferPointer) {
        guard let entry = header.entries[name] else {
            throw SafetensorsError(.read, url, tensor: name, "there is no tensor of this name")
        }
        if let shape, shape != entry.shape {
            throw SafetensorsError(
                .read, url, tensor: name,
                "its shape is \(entry.shape), but \(shape) is needed: take the file and its configuration from the "
                    + "same model")
        }
        let range = dataStart + entry.range.lowerBound..<dataStart + entry.range.upperBound
        let bytes = UnsafeMutableRawBufferPointer(rebasing: mapping.bytes[range])
        if entry.dtype == .bool, let index = bytes.firstIndex(where: { $0 > 1 }) {
            throw SafetensorsError(
                .read, url, tensor: name,
                "element \(index) is the byte \(bytes[index]), which is not a boolean")
        }
        return (entry, bytes)
    }
}

/// A memory-mapped file; what is written to its memory stays private to it.
private final class MappedFile {
    let bytes: UnsafeMutableRawBufferPointer

    init(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SafetensorsError(.read, url, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SafetensorsError(.read, url, String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SafetensorsError(.read, url, "it is not a regular file")
        }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0),
            start != MAP_FAILED
        else {
            throw SafetensorsError(.read, url, String(cString: strerror(errno)))
        }
        bytes = UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    /// Gives the memory of whole pages in `range` back; they are read from the file again if they are needed.
    func release(_ range: Range<Int>) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (start, end) = ((range.lowerBound + page - 1) / page * page, range.upperBound / page * page)
        guard start < end, let base = bytes.baseAddress else { return }
        madvise(base + start, end - start, MADV_DONTNEED)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(start, bytes.count) }
    }
}
