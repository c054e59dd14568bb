/// Reading: files, and cursors that hold a batch and a page of each column in memory.
#include "Guarded.hpp"

#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/schema.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace carrow {

static thread_local std::string lastMessage;

void remember(const char *message) noexcept {
    try {
        lastMessage = message;
    } catch (...) {
        lastMessage.clear();
    }
}

/// Bytes that a column reads from the file at a time.
static constexpr int64_t readSize = 1 << 20;

/// An open file and the leaves of the columns that are read.
struct File {
    std::shared_ptr<arrow::io::RandomAccessFile> source;
    std::shared_ptr<parquet::FileMetaData> metadata;
    std::vector<int> leaves;
};

/// Rows of one row group. The reader must outlive its batches.
struct Cursor {
    std::shared_ptr<File> file;
    std::unique_ptr<parquet::arrow::FileReader> reader;
    std::unique_ptr<arrow::RecordBatchReader> batches;
    std::shared_ptr<arrow::Schema> schema;
};

/// Buffers are large and short-lived: the system's allocator returns them to the system at once.
static arrow::MemoryPool *pool() { return arrow::system_memory_pool(); }

static parquet::ReaderProperties properties() {
    parquet::ReaderProperties properties(pool());
    properties.enable_buffered_stream();
    properties.set_buffer_size(readSize);
    properties.set_page_checksum_verification(true);
    return properties;
}

static std::unique_ptr<parquet::arrow::FileReader> reader(const File &file, int64_t rowsPerBatch) {
    parquet::arrow::FileReaderBuilder builder;
    check(builder.Open(file.source, properties(), file.metadata));
    auto arrowProperties = parquet::ArrowReaderProperties(/*use_threads=*/false);
    arrowProperties.set_batch_size(rowsPerBatch);
    arrowProperties.set_pre_buffer(false);
    return check(builder.memory_pool(pool())->properties(arrowProperties)->Build());
}

/// The leaf columns below the fields of those names.
static std::vector<int> leaves(const parquet::SchemaDescriptor &schema, const char *const *names,
                               ptrdiff_t count) {
    std::vector<int> result;
    for (int leaf = 0; leaf < schema.num_columns(); ++leaf) {
        const std::string &root = schema.GetColumnRoot(leaf)->name();
        if (count == 0 || std::find(names, names + count, root) != names + count) result.push_back(leaf);
    }
    return result;
}

static const std::shared_ptr<File> &unwrap(ParquetFileHandle file) {
    return *static_cast<std::shared_ptr<File> *>(file.object);
}

static Cursor &unwrap(ParquetCursorHandle cursor) { return *static_cast<Cursor *>(cursor.object); }

}  // namespace carrow

using namespace carrow;

const char *parquet_last_message(void) { return lastMessage.c_str(); }

void parquet_release_batch(ArrowArray *array, ArrowSchema *schema) {
    if (array->release) array->release(array);
    if (schema->release) schema->release(schema);
}

ParquetStatus parquet_open(const char *path, const char *const *names, ptrdiff_t nameCount,
                           ParquetFileHandle *file) {
    return guarded([&] {
        auto opened = std::make_shared<File>();
        opened->source = check(arrow::io::ReadableFile::Open(path, pool()));
        opened->metadata = parquet::ReadMetaData(opened->source);
        opened->leaves = leaves(*opened->metadata->schema(), names, nameCount);
        file->object = new std::shared_ptr<File>(std::move(opened));
    });
}

void parquet_close(ParquetFileHandle file) { delete static_cast<std::shared_ptr<File> *>(file.object); }

ptrdiff_t parquet_row_group_count(ParquetFileHandle file) { return unwrap(file)->metadata->num_row_groups(); }

ParquetStatus parquet_row_group(ParquetFileHandle file, ptrdiff_t index, ParquetRowGroup *group) {
    return guarded([&] {
        auto metadata = unwrap(file)->metadata->RowGroup(static_cast<int>(index));
        group->row_count = metadata->num_rows();
        group->byte_count = 0;
        for (int leaf : unwrap(file)->leaves)
            group->byte_count += metadata->ColumnChunk(leaf)->total_uncompressed_size();
    });
}

ParquetStatus parquet_schema(ParquetFileHandle file, ArrowSchema *schema) {
    return guarded([&] {
        auto opened = reader(*unwrap(file), 1);
        auto batches = check(opened->GetRecordBatchReader({}, unwrap(file)->leaves));
        check(arrow::ExportSchema(*batches->schema(), schema));
    });
}

ParquetStatus parquet_cursor_open(ParquetFileHandle file, ptrdiff_t rowGroup, ptrdiff_t rowsPerBatch,
                                  ParquetCursorHandle *cursor) {
    return guarded([&] {
        auto opened = std::make_unique<Cursor>();
        opened->file = unwrap(file);
        opened->reader = reader(*opened->file, rowsPerBatch);
        opened->batches =
            check(opened->reader->GetRecordBatchReader({static_cast<int>(rowGroup)}, opened->file->leaves));
        opened->schema = opened->batches->schema();
        cursor->object = opened.release();
    });
}

ParquetStatus parquet_cursor_next(ParquetCursorHandle cursor, ArrowSchema *schema, ArrowArray *array,
                                  int64_t *byteCount) {
    return guarded([&] {
        auto batch = check(unwrap(cursor).batches->Next());
        if (!batch) batch = check(arrow::RecordBatch::MakeEmpty(unwrap(cursor).schema, pool()));
        check(batch->Validate());
        *byteCount = arrow::util::TotalBufferSize(*batch);
        check(arrow::ExportRecordBatch(*batch, array, schema));
    });
}

void parquet_cursor_close(ParquetCursorHandle cursor) { delete static_cast<Cursor *>(cursor.object); }
