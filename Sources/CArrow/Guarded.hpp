/// Common parts of the C API: conversion of statuses to exceptions, and the boundary that no exception crosses.
#pragma once

#include "CArrow.h"

#include <arrow/result.h>
#include <arrow/status.h>

#include <stdexcept>
#include <string>

namespace carrow {

/// Keeps the message for `parquet_last_message`.
void remember(const char *message) noexcept;

/// Throws what a status says, if it is not OK.
inline void check(const arrow::Status &status) {
    if (!status.ok()) throw std::runtime_error(status.message());
}

/// The value of a result, or throws what its status says.
template <typename Value> Value check(arrow::Result<Value> result) {
    check(result.status());
    return std::move(result).ValueUnsafe();
}

/// Runs `body` and turns whatever it throws into a status and a message.
template <typename Body> ParquetStatus guarded(Body &&body) noexcept {
    try {
        body();
        return ParquetStatusSuccess;
    } catch (const std::exception &error) {
        remember(error.what());
    } catch (...) {
        remember("an exception of unknown type");
    }
    return ParquetStatusFailure;
}

}  // namespace carrow
