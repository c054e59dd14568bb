/// C API over libtorch, for the Swift target `Torch` only.
///
/// - A handle is passed by value and owns one reference; `torch_tensor_release` releases it.
/// - A function that can fail returns a status and writes its result through the last pointer. After a
///   failure, `torch_last_message` returns the reason until the next call on the same thread.
/// - A handle whose `object` is null is an absent optional argument.
/// - Shapes, dimensions and counts are `ptrdiff_t`, which Swift reads as `Int`.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

#define TORCH_API_ENUM __attribute__((enum_extensibility(closed)))
#define TORCH_FALLIBLE __attribute__((warn_unused_result))

typedef enum TORCH_API_ENUM TorchStatus : int32_t { TorchStatusSuccess, TorchStatusFailure } TorchStatus;

typedef struct TorchTensor {
    void *_Nullable object;
} TorchTensor;

typedef struct TorchDevice {
    int8_t kind;
    int8_t index;
} TorchDevice;

typedef enum TORCH_API_ENUM TorchType : int32_t {
    TorchTypeFloat32,
    TorchTypeFloat64,
    TorchTypeBFloat16,
    TorchTypeFloat16,
    TorchTypeInt32,
    TorchTypeInt64,
    TorchTypeUInt8,
    TorchTypeInt8,
    TorchTypeBool,
} TorchType;

// MARK: Process

const char *torch_last_message(void);
/// The instructions that the kernels were compiled for and this processor lacks; null if there are none.
const char *_Nullable torch_missing_instructions(void);
/// The number of live tensor handles, for leak tests.
int64_t torch_live_tensor_count(void);
int32_t torch_thread_count(void);
void torch_set_thread_count(int32_t count);
/// Sets the thread count for operations that the calling thread starts; other threads are not affected.
void torch_set_thread_count_here(int32_t count);
void torch_set_deterministic(bool deterministic);
/// Sets whether operations of this thread are recorded for differentiation; returns the previous setting.
bool torch_set_gradient_recording(bool recording);
/// Parses "cpu", "cuda:0" or "mps", and fails if this machine has no such device.
TORCH_FALLIBLE TorchStatus torch_device_named(const char *name, TorchDevice *device);

// MARK: Tensors

void torch_tensor_release(TorchTensor tensor);
ptrdiff_t torch_tensor_rank(TorchTensor tensor);
void torch_tensor_shape(TorchTensor tensor, ptrdiff_t *sizes);
TorchDevice torch_tensor_device(TorchTensor tensor);
TORCH_FALLIBLE TorchStatus torch_tensor_type(TorchTensor tensor, TorchType *type);

TORCH_FALLIBLE TorchStatus torch_empty(const ptrdiff_t *sizes, ptrdiff_t rank, TorchType type,
                                       TorchDevice device, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_full(const ptrdiff_t *sizes, ptrdiff_t rank, double value, TorchType type,
                                      TorchDevice device, TorchTensor *result);
/// Copies `count` bytes, which must be exactly the size of the shape.
TORCH_FALLIBLE TorchStatus torch_from_bytes(const void *_Nullable bytes, ptrdiff_t count,
                                            const ptrdiff_t *sizes, ptrdiff_t rank, TorchType type,
                                            TorchDevice device, TorchTensor *result);
/// Refers to elements in main memory; `release` is called with `owner` when they are no longer used.
TORCH_FALLIBLE TorchStatus torch_from_memory(void *address, const ptrdiff_t *sizes, ptrdiff_t rank, TorchType type,
                                             void *owner, void (*release)(void *_Nullable), TorchTensor *result);
/// Copies the elements, in row-major order and converted to `type`, to `bytes`, a buffer of `count` bytes.
TORCH_FALLIBLE TorchStatus torch_copy_bytes(TorchTensor tensor, TorchType type, void *_Nullable bytes,
                                            ptrdiff_t count);
/// The address of the elements of a contiguous tensor in main memory.
TORCH_FALLIBLE TorchStatus torch_data(TorchTensor tensor, void *_Nullable *_Nonnull address,
                                      ptrdiff_t *byteCount);
TORCH_FALLIBLE TorchStatus torch_item(TorchTensor tensor, double *value);
TORCH_FALLIBLE TorchStatus torch_convert(TorchTensor tensor, TorchType type, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_move(TorchTensor tensor, TorchDevice device, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_contiguous(TorchTensor tensor, TorchTensor *result);

// MARK: Shape

TORCH_FALLIBLE TorchStatus torch_reshape(TorchTensor tensor, const ptrdiff_t *sizes, ptrdiff_t rank,
                                         TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_transpose(TorchTensor tensor, ptrdiff_t first, ptrdiff_t second,
                                           TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_unsqueeze(TorchTensor tensor, ptrdiff_t dim, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_narrow(TorchTensor tensor, ptrdiff_t dim, ptrdiff_t start, ptrdiff_t count,
                                        TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_select(TorchTensor tensor, ptrdiff_t dim, ptrdiff_t index,
                                        TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_concatenate(const TorchTensor *tensors, ptrdiff_t count, ptrdiff_t dim,
                                             TorchTensor *result);

// MARK: Elements

typedef enum TORCH_API_ENUM TorchUnary : int32_t {
    TorchUnaryNegate,
    TorchUnaryExp,
    TorchUnarySquareRoot,
    TorchUnaryReciprocal,
    TorchUnarySine,
    TorchUnaryCosine,
    TorchUnaryGelu,
} TorchUnary;

typedef enum TORCH_API_ENUM TorchBinary : int32_t {
    TorchBinaryAdd,
    TorchBinarySubtract,
    TorchBinaryMultiply,
    TorchBinaryDivide,
    TorchBinaryPower,
    TorchBinaryMinimum,
    TorchBinaryMaximum,
    TorchBinaryEqual,
    TorchBinaryLess,
    TorchBinaryGreater,
} TorchBinary;

TORCH_FALLIBLE TorchStatus torch_unary(TorchUnary operation, TorchTensor tensor, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_binary(TorchBinary operation, TorchTensor left, TorchTensor right,
                                        TorchTensor *result);
/// With an integral `right`, the result of an integer tensor is an integer tensor.
TORCH_FALLIBLE TorchStatus torch_binary_scalar(TorchBinary operation, TorchTensor left, double right,
                                               TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_clamp(TorchTensor tensor, double low, double high, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_where(TorchTensor condition, TorchTensor left, TorchTensor right,
                                       TorchTensor *result);

// MARK: Reductions

typedef enum TORCH_API_ENUM TorchReduction : int32_t {
    TorchReductionSum,
    TorchReductionMean,
    TorchReductionMinimum,
} TorchReduction;

/// Reduces over `dims`, or over all dimensions if `dimCount` is 0.
TORCH_FALLIBLE TorchStatus torch_reduce(TorchReduction reduction, TorchTensor tensor, const ptrdiff_t *dims,
                                        ptrdiff_t dimCount, bool keepDims, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_log_softmax(TorchTensor tensor, ptrdiff_t dim, TorchTensor *result);

// MARK: Indexing

TORCH_FALLIBLE TorchStatus torch_index_select(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices,
                                              TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_gather(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices,
                                        TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_index_copy(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices,
                                            TorchTensor source, TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_index_copy_in_place(TorchTensor tensor, ptrdiff_t dim, TorchTensor indices,
                                                     TorchTensor source);

// MARK: Products

TORCH_FALLIBLE TorchStatus torch_matmul(TorchTensor left, TorchTensor right, TorchTensor *result);
/// A matrix [out, in] of weights. int8 values have float32 scales [out, group of `torch_features_in_group()`]; others have none.
/// With a low-rank addition the matrix is values + factor · up [out, rank] · down [rank, in]; both or none are absent.
typedef struct TorchWeight {
    TorchTensor values;
    TorchTensor scales;
    TorchTensor down;
    TorchTensor up;
    double factor;
} TorchWeight;

/// The number of features of an int8 row that share a scale.
ptrdiff_t torch_features_in_group(void);
/// `input · weightᵀ + bias`, where the rows of the weight are those of all `blocks` in order; the bias may be absent. Float32
/// input on the CPU takes bfloat16 and int8 weights, which are widened and not differentiated.
TORCH_FALLIBLE TorchStatus torch_linear(TorchTensor input, const TorchWeight *blocks, ptrdiff_t count, TorchTensor bias,
                                        TorchTensor *result);
/// The rows of `table` at `indices`, converted to `type`.
TORCH_FALLIBLE TorchStatus torch_embedding(TorchWeight table, TorchTensor indices, TorchType type, TorchTensor *result);
/// int8 values and scales of a matrix: of each group, the largest magnitude becomes 127.
TORCH_FALLIBLE TorchStatus torch_quantize(TorchTensor matrix, TorchTensor *values, TorchTensor *scales);

// MARK: In place

TORCH_FALLIBLE TorchStatus torch_add_in_place(TorchTensor tensor, TorchTensor other, double factor);
TORCH_FALLIBLE TorchStatus torch_multiply_in_place(TorchTensor tensor, double factor);
TORCH_FALLIBLE TorchStatus torch_fill_in_place(TorchTensor tensor, double value);
TORCH_FALLIBLE TorchStatus torch_copy_in_place(TorchTensor tensor, TorchTensor source);
/// Makes `tensor` refer to the elements of `source`; gradients stay separate.
TORCH_FALLIBLE TorchStatus torch_share_elements(TorchTensor tensor, TorchTensor source);

// MARK: Differentiation

bool torch_requires_gradient(TorchTensor tensor);
TORCH_FALLIBLE TorchStatus torch_set_requires_gradient(TorchTensor tensor, bool required);
/// A null object when there is no gradient yet.
TORCH_FALLIBLE TorchStatus torch_gradient(TorchTensor tensor, TorchTensor *gradient);
/// An absent gradient removes the existing one.
TORCH_FALLIBLE TorchStatus torch_set_gradient(TorchTensor tensor, TorchTensor gradient);
/// The gradient of the result may be absent if the tensor is a single number.
TORCH_FALLIBLE TorchStatus torch_backward(TorchTensor tensor, TorchTensor gradient);
TORCH_FALLIBLE TorchStatus torch_detach(TorchTensor tensor, TorchTensor *result);

// MARK: Kernels

/// Tokens `start ..< start + count`; `parent` is the index of an earlier segment, or -1.
typedef struct TorchSegment {
    ptrdiff_t start;
    ptrdiff_t count;
    ptrdiff_t parent;
} TorchSegment;

/// Attention inside segments that together cover all tokens in order. Causal: a token sees every token of the
/// ancestors of its segment, and of its own segment those up to itself. Otherwise it sees its whole segment.
TORCH_FALLIBLE TorchStatus torch_segment_attention(TorchTensor query, TorchTensor key, TorchTensor value,
                                                   const TorchSegment *segments, ptrdiff_t count,
                                                   bool isCausal, double scale, TorchTensor *result);

/// A sequence whose first `length` tokens are cached in the pages from `pages[firstPage]` on; its last
/// `queryCount` tokens are queries, from row `queryStart` of the queries on.
typedef struct TorchPagedSequence {
    ptrdiff_t queryStart;
    ptrdiff_t queryCount;
    ptrdiff_t length;
    ptrdiff_t firstPage;
} TorchPagedSequence;

/// Causal attention over a paged cache; not recorded for differentiation.
TORCH_FALLIBLE TorchStatus torch_paged_attention(TorchTensor query, TorchTensor keyPages,
                                                 TorchTensor valuePages, const int32_t *pages,
                                                 ptrdiff_t pageCount, const TorchPagedSequence *sequences,
                                                 ptrdiff_t count, double scale, TorchTensor *result);

/// Parameters that are common to all layers of a decoder.
typedef struct TorchPagedDecoder {
    ptrdiff_t headCount;
    ptrdiff_t keyHeadCount;
    ptrdiff_t headWidth;
    ptrdiff_t innerWidth;
    double epsilon;
} TorchPagedDecoder;

/// The weights of a product, in blocks of rows.
typedef struct TorchWeights {
    const TorchWeight *blocks;
    ptrdiff_t count;
} TorchWeights;

/// Weights of a layer, [out, in] as in a checkpoint, and the cache pages [page, token, keyHead, width] of its
/// keys and values. Query, key and value are one product, and so are gate and up.
typedef struct TorchDecoderLayer {
    TorchTensor attentionNorm;
    TorchWeights queryKeyValue;
    TorchTensor queryKeyValueBias;
    TorchWeights attentionOutput;
    TorchTensor feedForwardNorm;
    TorchWeights gateAndUp;
    TorchWeights down;
    TorchTensor keyPages;
    TorchTensor valuePages;
} TorchDecoderLayer;

/// All layers and the final norm, for new tokens whose keys and values are stored in `slots` [token] of
/// the pages; float32 on the CPU, not recorded for differentiation.
TORCH_FALLIBLE TorchStatus torch_paged_decoder(TorchTensor embedded, TorchPagedDecoder shape,
                                               const TorchDecoderLayer *layers, ptrdiff_t layerCount,
                                               TorchTensor norm, TorchTensor cosine, TorchTensor sine,
                                               TorchTensor slots, const int32_t *pages, ptrdiff_t pageCount,
                                               const TorchPagedSequence *sequences, ptrdiff_t sequenceCount,
                                               TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_apply_rotary(TorchTensor input, TorchTensor cosine, TorchTensor sine,
                                              TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_rms_norm(TorchTensor input, TorchTensor weight, double epsilon,
                                          TorchTensor *result);
TORCH_FALLIBLE TorchStatus torch_swiglu(TorchTensor gate, TorchTensor up, TorchTensor *result);
/// The log-probability of each target and the entropy of its distribution; the bias over the vocabulary may
/// be absent.
TORCH_FALLIBLE TorchStatus torch_token_log_probabilities(TorchTensor hidden, TorchWeight weight,
                                                         TorchTensor bias, TorchTensor targets,
                                                         double temperature, TorchTensor *logProbabilities,
                                                         TorchTensor *entropies);

// MARK: Optimization

typedef struct TorchAdamWStep {
    double learningRate;
    double beta1;
    double beta2;
    double epsilon;
    double weightDecay;
} TorchAdamWStep;

/// One step of AdamW over `count` parameters that all have a gradient; all arrays have `count` elements.
TORCH_FALLIBLE TorchStatus torch_adamw_step(const TorchTensor *parameters, const TorchTensor *firstMoments,
                                            const TorchTensor *secondMoments, const TorchTensor *steps,
                                            ptrdiff_t count, TorchAdamWStep step);
/// Scales all gradients so that their joint norm is at most `maximum`; writes the norm before that.
TORCH_FALLIBLE TorchStatus torch_clip_gradients(const TorchTensor *parameters, ptrdiff_t count,
                                                double maximum, double *norm);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
