//===- PageSoftmax.h - Softmax over pages, one after another ----*- C++ -*-===//
//
// A row of queries meets its pages in order. Each page gives a maximum m, a sum
// l of exponentials and a vector o of weighted values, which are merged into
// the row's running ones:
//
//   m' = max(m, m_page)
//   l' = l exp(m - m') + l_page exp(m_page - m')      o' likewise
//
// One of the two factors is exactly 1, and a page that the row does not see at
// all has the factor 0 and leaves the row as it is, so rows with different last
// pages can share a tile.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_PAGESOFTMAX_H
#define FATHOM_PASSES_TILING_PAGESOFTMAX_H

#include "passes/tiling/KernelBuilder.h"

namespace fathom {

class PageSoftmax {
public:
  /// Takes thread scratch for one tile of kTileTokens rows.
  PageSoftmax(KernelBuilder &b, const Dots &dots, double scale);

  /// Where the scores of tile row `row` against the page's tokens are put, not
  /// scaled: 64 f32.
  mlir::Value scores(int64_t row) { return scoresAt(b.constant(row)); }
  /// Its probabilities as dot operands, not normalised: 64 of them.
  mlir::Value probabilities(int64_t row) {
    return probabilitiesAt(b.constant(row));
  }

  /// Bytes of a row's running maximum and sum.
  static constexpr int64_t kStateBytes = 8;
  void beginState(mlir::Value state);
  /// Turns the scores of tile rows [0, rows) into probabilities and merges the
  /// page into the rows' states. `visible` gives the number (i64) of the page's
  /// tokens that a row sees, at most 0 for none; `state` its state's address.
  void emitPage(int64_t rows,
                llvm::function_ref<mlir::Value(mlir::Value row)> visible,
                llvm::function_ref<mlir::Value(mlir::Value row)> state);

  /// `running` (lanes of f32 at an address) merged with the page's `values`, by
  /// the factors of tile row `row` in the page that emitPage saw last.
  void merge(int64_t row, mlir::Value running, mlir::Value values);
  /// `running` divided by the state's sum; lanes of f32.
  mlir::Value finished(mlir::Value state, mlir::Value running);

private:
  mlir::Value scoresAt(mlir::Value row);
  mlir::Value probabilitiesAt(mlir::Value row);
  void emitRow(mlir::Value row, mlir::Value visible, mlir::Value state);

  KernelBuilder &b;
  Dots dots;
  double scale;
  mlir::Value scoreRows, probabilityRows, factors;
};

} // namespace fathom

#endif // FATHOM_PASSES_TILING_PAGESOFTMAX_H
