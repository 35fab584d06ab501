//===- ColumnViews.h - Columns of a value -----------------------*- C++ -*-===//
//
// All rows of some columns: what one fused weight makes of several values.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_FATHOM_COLUMNVIEWS_H
#define FATHOM_PASSES_FATHOM_COLUMNVIEWS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace fathom {

/// Columns [offset, offset + columns) of all rows of `base`.
struct ColumnView {
  mlir::Value base;
  int64_t offset = 0;
  int64_t columns = 0;
};

int64_t columnsOf(mlir::Value value);

/// Looks through slices of columns to the value that holds them.
ColumnView viewOf(mlir::Value value);

/// The value of a view: `base` itself where it is all of it.
mlir::Value materialize(mlir::OpBuilder &builder, mlir::Location loc,
                        ColumnView view);

/// Drops operations without effects whose results nothing uses.
void dropDead(mlir::func::FuncOp function);

} // namespace fathom

#endif // FATHOM_PASSES_FATHOM_COLUMNVIEWS_H
