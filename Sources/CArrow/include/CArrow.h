/// C API over Arrow's reader and writer of Parquet files, for the Swift target `Parquet` only.
///
/// - A handle is passed by value and owns its object; its release function frees it.
/// - A function that can fail returns a status and writes its result through the last pointer. After a
///   failure `parquet_last_message` holds the reason until the next call on the same thread.
/// - Columns travel through the Arrow C data interface, whose two structures are declared here as its
///   specification has them. What a function exports is the caller's to release; what it imports it has
///   released, also after a failure.
/// - A handle is used by one thread at a time.
#ifndef CARROW_H
#define CARROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Arrow C data interface

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *_Nullable format;
    const char *_Nullable name;
    const char *_Nullable metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema *_Nullable *_Nullable children;
    struct ArrowSchema *_Nullable dictionary;
    void (*_Nullable release)(struct ArrowSchema *_Nonnull);
    void *_Nullable private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void *_Nullable *_Nullable buffers;
    struct ArrowArray *_Nullable *_Nullable children;
    struct ArrowArray *_Nullable dictionary;
    void (*_Nullable release)(struct ArrowArray *_Nonnull);
    void *_Nullable private_data;
};

#endif

#pragma clang assume_nonnull begin

#define PARQUET_API_ENUM __attribute__((enum_extensibility(closed)))
#define PARQUET_FALLIBLE __attribute__((warn_unused_result))

typedef enum PARQUET_API_ENUM ParquetStatus : int32_t {
    ParquetStatusSuccess,
    ParquetStatusFailure
} ParquetStatus;

const char *parquet_last_message(void);

/// Releases a structure that a function of this header exported.
void parquet_release_batch(struct ArrowArray *array, struct ArrowSchema *schema);

// MARK: Reading

typedef struct ParquetFileHandle {
    void *_Nullable object;
} ParquetFileHandle;

/// A cursor over the rows of one row group, in order.
typedef struct ParquetCursorHandle {
    void *_Nullable object;
} ParquetCursorHandle;

typedef struct ParquetRowGroup {
    int64_t row_count;
    /// Uncompressed bytes of the selected columns.
    int64_t byte_count;
} ParquetRowGroup;

/// Opens a file for some of its columns, by name; a name that the file lacks is skipped, and `name_count` of
/// 0 stands for all columns.
PARQUET_FALLIBLE ParquetStatus parquet_open(const char *path, const char *_Nonnull const *_Nonnull names,
                                            ptrdiff_t name_count, ParquetFileHandle *file);
void parquet_close(ParquetFileHandle file);
ptrdiff_t parquet_row_group_count(ParquetFileHandle file);
PARQUET_FALLIBLE ParquetStatus parquet_row_group(ParquetFileHandle file, ptrdiff_t index,
                                                 ParquetRowGroup *group);
/// The selected columns, as a structure.
PARQUET_FALLIBLE ParquetStatus parquet_schema(ParquetFileHandle file, struct ArrowSchema *schema);

/// Starts at the first row of a row group. The file stays open as long as one of its cursors.
PARQUET_FALLIBLE ParquetStatus parquet_cursor_open(ParquetFileHandle file, ptrdiff_t row_group,
                                                   ptrdiff_t rows_per_batch, ParquetCursorHandle *cursor);
/// The next `rows_per_batch` rows, or fewer at the end; none after the end. What is read at a time is no
/// more than that and a page of each column. `byte_count` is what the batch takes in memory.
PARQUET_FALLIBLE ParquetStatus parquet_cursor_next(ParquetCursorHandle cursor, struct ArrowSchema *schema,
                                                   struct ArrowArray *batch, int64_t *byte_count);
void parquet_cursor_close(ParquetCursorHandle cursor);

// MARK: Writing

typedef struct ParquetWriterHandle {
    void *_Nullable object;
} ParquetWriterHandle;

/// Starts a temporary file next to `path`, compressed with zstd, for batches of the columns of a structure.
PARQUET_FALLIBLE ParquetStatus parquet_writer_open(const char *path, struct ArrowSchema *schema,
                                                   ParquetWriterHandle *writer);
/// Writes a batch as a row group.
PARQUET_FALLIBLE ParquetStatus parquet_writer_append(ParquetWriterHandle writer, struct ArrowArray *batch);
/// Completes the file, syncs it to disk and renames it to `path`.
PARQUET_FALLIBLE ParquetStatus parquet_writer_finish(ParquetWriterHandle writer);
/// Releases a writer; an unfinished file is removed.
void parquet_writer_release(ParquetWriterHandle writer);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
