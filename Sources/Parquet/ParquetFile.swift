import CArrow

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open Parquet file with a selection of columns, whose rows are read in file order.
///
/// `@unchecked Sendable`: it is immutable after opening, and each cursor has its own read position.
package final class ParquetFile: @unchecked Sendable {
    /// A row group, the unit of random access.
    package struct RowGroup: Hashable, Sendable {
        /// Row indices within the file.
        package let rows: Range<Int>
        /// Uncompressed size of the selected columns.
        package let byteCount: Int
    }

    package let path: String
    package let rowGroups: [RowGroup]
    /// The selected columns, in file order.
    package let columns: [String]
    private let handle: ParquetFileHandle

    /// - Parameters:
    ///   - path: the file's path.
    ///   - columns: the columns to read, as far as the file has them; all if empty.
    /// - Throws: ``ParquetError`` if it is not a complete Parquet file.
    package init(_ path: String, columns: [String] = []) throws(ParquetError) {
        let handle = try Self.opened(path, columns: columns)
        do {
            rowGroups = try Self.rowGroups(of: handle, path: path)
            self.columns = try Self.columns(of: handle, path: path)
        } catch {
            parquet_close(handle)
            throw error
        }
        self.path = path
        self.handle = handle
    }

    deinit { parquet_close(handle) }

    package var rowCount: Int { rowGroups.last?.rows.upperBound ?? 0 }

    /// A cursor over a row group that reads `rowsPerBatch` rows at a time.
    func cursor(rowGroup: Int, rowsPerBatch: Int) throws(ParquetError) -> ParquetCursor {
        var cursor = ParquetCursorHandle()
        try check(parquet_cursor_open(handle, rowGroup, rowsPerBatch, &cursor), path: path)
        return ParquetCursor(cursor, of: self)
    }

    private static func opened(
        _ path: String, columns: [String]
    ) throws(ParquetError) -> ParquetFileHandle {
        var handle = ParquetFileHandle()
        let names = columns.map { strdup($0)! }
        defer { names.forEach { free($0) } }
        try check(parquet_open(path, names.map { UnsafePointer($0) }, names.count, &handle), path: path)
        return handle
    }

    private static func rowGroups(
        of handle: ParquetFileHandle, path: String
    ) throws(ParquetError) -> [RowGroup] {
        var groups: [RowGroup] = []
        var start = 0
        for index in 0..<parquet_row_group_count(handle) {
            var group = ParquetRowGroup()
            try check(parquet_row_group(handle, index, &group), path: path)
            guard (0...Int64(Int32.max)).contains(group.row_count), group.byte_count >= 0 else {
                throw ParquetError(path: path, problem: "row group \(index + 1) has an impossible size")
            }
            groups.append(
                RowGroup(rows: start..<start + Int(group.row_count), byteCount: Int(group.byte_count)))
            start += Int(group.row_count)
        }
        return groups
    }

    private static func columns(of handle: ParquetFileHandle, path: String) throws(ParquetError) -> [String] {
        var schema = ArrowSchema()
        try check(parquet_schema(handle, &schema), path: path)
        defer { schema.release?(&schema) }
        return (0..<Int(schema.n_children)).compactMap { index in
            schema.children?[index]?.pointee.name.map { String(cString: $0) }
        }
    }
}

/// A read position in a row group.
final class ParquetCursor {
    private let handle: ParquetCursorHandle
    private let file: ParquetFile

    fileprivate init(_ handle: ParquetCursorHandle, of file: ParquetFile) {
        self.handle = handle
        self.file = file
    }

    deinit { parquet_cursor_close(handle) }

    /// The next rows; an empty batch at the end.
    func next() throws(ParquetError) -> ParquetBatch {
        let batch = ParquetBatch()
        try check(
            parquet_cursor_next(handle, &batch.schema, &batch.array, &batch.byteCount), path: file.path)
        return batch
    }
}

/// Rows in memory, in Arrow format.
final class ParquetBatch {
    fileprivate var schema = ArrowSchema()
    fileprivate var array = ArrowArray()
    fileprivate(set) var byteCount: Int64 = 0

    deinit { parquet_release_batch(&array, &schema) }

    var rowCount: Int { Int(array.length) }

    /// - Throws: ``ColumnError`` if a value is inconsistent.
    func row(_ index: Int) throws(ColumnError) -> Row {
        guard case .structure(let row) = try ColumnReader(schema, array).value(at: index) else {
            throw ColumnError(problem: "a row is not a structure")
        }
        return row
    }
}

/// - Throws: ``ParquetError`` with Arrow's message.
func check(_ status: ParquetStatus, path: String) throws(ParquetError) {
    guard status != .success else { return }
    // Some of Arrow's messages are followed by a trace.
    let message = String(cString: parquet_last_message()).prefix { $0 != "\n" }
    throw ParquetError(path: path, problem: message.isEmpty ? "cannot be read" : String(message))
}
