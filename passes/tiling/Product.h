//===- Product.h - The one loop nest of all matrix products -----*- C++ -*-===//
//
// Rows of operands times panels of weights, through instruction tiles. The sum
// of one result never depends on what else is computed beside it: one
// accumulator, K ascending, slice by slice.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_PRODUCT_H
#define FATHOM_PASSES_TILING_PRODUCT_H

#include "passes/tiling/KernelBuilder.h"

#include <functional>

namespace fathom {

/// Adds the products of one register tile over a run of K to `sums`, which hold
/// tokens x (rows / lanes) vectors, token-major. `panel` points at the first
/// row of the tile in K step 0 of its panel, `operands` at each token's
/// operand 0; steps are of `dots.depth` columns.
llvm::SmallVector<mlir::Value>
addTile(KernelBuilder &b, const Dots &dots, int64_t rows, mlir::Value panel,
        mlir::ValueRange operands, mlir::Value beginStep, mlir::Value endStep,
        mlir::ValueRange sums);

struct Product {
  Dots dots;
  mlir::Value panels; ///< address of panel 0
  int64_t columns;    ///< K
  int64_t slices = 1; ///< see fathom.project; long sums get more of their own
  mlir::Value firstPanel, endPanel; ///< i64
  mlir::Value tokens;               ///< i64, how many operand rows there are
  /// The address of operand row `token` (i64).
  std::function<mlir::Value(mlir::Value token)> operand;
  /// What becomes of finished sums: `sums` are the packed rows [row, row +
  /// tileRows) of `token`, lanes a vector. Called once or more while the nest
  /// is written.
  std::function<void(mlir::Value token, mlir::Value row, mlir::ValueRange sums)>
      finished;
};

/// Writes the nest: panels outermost, then slices of K, then tiles of tokens.
/// One token has a nest of its own.
void emitProduct(KernelBuilder &b, const Product &product);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_PRODUCT_H
