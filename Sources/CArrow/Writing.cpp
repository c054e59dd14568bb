/// Writing: a temporary file that is renamed once it is complete and on disk.
#include "Guarded.hpp"

#include <arrow/c/bridge.h>
#include <arrow/io/file.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <parquet/arrow/writer.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

namespace carrow {

/// Values of a column that are encoded before the page size is checked; few, since images are large.
static constexpr int64_t valuesPerLook = 16;

struct Writer {
    std::string path;
    std::string partial;
    std::shared_ptr<arrow::Schema> schema;
    std::shared_ptr<arrow::io::FileOutputStream> sink;
    std::unique_ptr<parquet::arrow::FileWriter> writer;
    bool isFinished = false;

    ~Writer() {
        if (!isFinished) unlink(partial.c_str());
    }
};

static Writer &unwrap(ParquetWriterHandle writer) { return *static_cast<Writer *>(writer.object); }

static void checkSystem(int result) {
    if (result < 0) throw std::system_error(errno, std::generic_category());
}

/// Syncs a file, or the listing of a folder, to disk.
static void synchronize(const std::string &path) {
    int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    checkSystem(descriptor);
    int result = fsync(descriptor);
    int reason = errno;
    close(descriptor);
    errno = reason;
    checkSystem(result);
}

static std::string folder(const std::string &path) {
    auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

}  // namespace carrow

using namespace carrow;

ParquetStatus parquet_writer_open(const char *path, ArrowSchema *schema, ParquetWriterHandle *writer) {
    return guarded([&] {
        auto opened = std::make_unique<Writer>();
        opened->schema = check(arrow::ImportSchema(schema));
        opened->path = path;
        opened->partial = opened->path + ".partial";
        opened->sink = check(arrow::io::FileOutputStream::Open(opened->partial));
        auto properties = parquet::WriterProperties::Builder()
                              .compression(parquet::Compression::ZSTD)
                              ->write_batch_size(valuesPerLook)
                              ->build();
        // With Arrow's schema in the file, readers restore the original types.
        auto arrowProperties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
        opened->writer = check(parquet::arrow::FileWriter::Open(*opened->schema, arrow::default_memory_pool(),
                                                                opened->sink, properties, arrowProperties));
        writer->object = opened.release();
    });
}

ParquetStatus parquet_writer_append(ParquetWriterHandle writer, ArrowArray *array) {
    return guarded([&] {
        auto batch = check(arrow::ImportRecordBatch(array, unwrap(writer).schema));
        check(batch->ValidateFull());
        auto table = check(arrow::Table::FromRecordBatches({batch}));
        check(unwrap(writer).writer->WriteTable(*table, std::max<int64_t>(1, batch->num_rows())));
    });
}

ParquetStatus parquet_writer_finish(ParquetWriterHandle writer) {
    return guarded([&] {
        Writer &open = unwrap(writer);
        check(open.writer->Close());
        check(open.sink->Close());
        synchronize(open.partial);
        checkSystem(std::rename(open.partial.c_str(), open.path.c_str()));
        open.isFinished = true;
        synchronize(folder(open.path));
    });
}

void parquet_writer_release(ParquetWriterHandle writer) { delete static_cast<Writer *>(writer.object); }
