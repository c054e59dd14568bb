import CArrow

/// Writes a Parquet file a row group at a time; it stands in its place when it is complete, and only then.
package final class ParquetWriter {
    package let path: String
    private let columns: ColumnType
    private let handle: ParquetWriterHandle

    /// Starts a file beside `path`; what is not finished is removed.
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

    /// Writes rows as a row group; a column that a row lacks is null.
    ///
    /// - Throws: ``ParquetError`` for a value that is not of its column's type, and if nothing can be written.
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
    /// - Throws: ``ParquetError`` if it cannot be written, as on a full disk.
    package func finish() throws(ParquetError) {
        try check(parquet_writer_finish(handle), path: path)
    }
}
