import CArrow

/// Writes a Parquet file one row group at a time; the file appears at its path only once it is complete.
package final class ParquetWriter {
    package let path: String
    private let columns: ColumnType
    private let handle: ParquetWriterHandle

    /// Starts a temporary file next to `path`; an unfinished file is removed.
    ///
    /// - Throws: ``ParquetError`` if it cannot be written.
    package init(_ path: String, columns: [ColumnType.Column]) throws(ParquetError) {
        self.path = path
        self.columns = .structure(columns)
        var schema = ArrowSchema(exporting: ColumnType.Column("", self.columns))
        var handle = ParquetWriterHandle()
        try check(parquet_writer_open(path, &schema, &handle), path: path)
        self.handle = handle
    }

    deinit { parquet_writer_release(handle) }

    /// Writes rows as a row group; missing columns are null.
    ///
    /// - Throws: ``ParquetError`` for a value of the wrong type, and if the file cannot be written.
    package func append(_ rows: [Row]) throws(ParquetError) {
        let builder = ColumnBuilder(columns)
        do {
            for row in rows { try builder.append(.structure(row)) }
        } catch {
            throw ParquetError(path: path, problem: error.problem)
        }
        var array = builder.exported()
        try check(parquet_writer_append(handle, &array), path: path)
    }

    /// Completes the file.
    ///
    /// - Throws: ``ParquetError`` if it cannot be written, for example on a full disk.
    package func finish() throws(ParquetError) {
        try check(parquet_writer_finish(handle), path: path)
    }
}
