//===- Columns.h - Finished sums on their way to memory ---------*- C++ -*-===//
//
// What the epilogues of products share.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_COLUMNS_H
#define FATHOM_PASSES_TILING_COLUMNS_H

#include "passes/tiling/KernelBuilder.h"

namespace fathom {

/// swiglu of sums of interleaved rows: eight gate rows, eight up rows, and so
/// on. Half as many vectors.
llvm::SmallVector<mlir::Value> gatedRows(KernelBuilder &b, int64_t lanes,
                                         mlir::ValueRange sums);

/// Stores f32 vectors from `column` on in a row of `result`, in its element
/// type. Of the `visited` columns that the caller goes through in all, those
/// after the result's stride are somebody else's memory and left alone.
void storeColumns(KernelBuilder &b, mlir::ValueRange values, mlir::Value row,
                  mlir::Value column, const Rows &result, int64_t visited);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_COLUMNS_H
