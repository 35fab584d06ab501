//===- PageAttention.h - A tile of query rows meets one page ----*- C++ -*-===//
//
// Scores, softmax and values of up to 6 rows and the 64 tokens of a page, as
// products over panels; what all forms of attention share.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_PAGEATTENTION_H
#define FATHOM_PASSES_TILING_PAGEATTENTION_H

#include "passes/tiling/PageSoftmax.h"

#include <functional>

namespace fathom {

/// The keys and values of a page as panels.
struct PagePanels {
  mlir::Value keys;   ///< rows are the page's tokens
  int64_t keySteps;   ///< of K in `keys`
  mlir::Value values; ///< rows are channels, K the page's tokens
  int64_t channels;
};

/// The query rows of one tile.
struct QueryRows {
  llvm::SmallVector<mlir::Value> operands; ///< address of each
  /// How many of the page's tokens row `row` (i64) sees, as an i64.
  std::function<mlir::Value(mlir::Value row)> visible;
  /// The address of the running maximum and sum of row `row` (i64).
  std::function<mlir::Value(mlir::Value row)> state;
  /// The address of its running values, rounded up to whole vectors.
  std::function<mlir::Value(int64_t row)> running;
};

class PageAttention {
public:
  /// Takes thread scratch for one tile; `dots` are of the panels' storage.
  PageAttention(KernelBuilder &b, const Dots &dots, double scale)
      : b(b), dots(dots), softmax(b, dots, scale) {}

  /// Bytes of the running values of a row.
  int64_t runningBytes(int64_t channels) const {
    return roundUp(channels, dots.lanes) * 4;
  }
  /// Sets a row's state and running values to those of no page.
  void begin(mlir::Value state, mlir::Value running, int64_t channels);
  void emit(const QueryRows &rows, const PagePanels &page);
  /// Calls `store` with the finished values of a row: vectors of f32 from
  /// `channel` on, of which the first `count` count.
  void finish(mlir::Value state, mlir::Value running, int64_t channels,
              llvm::function_ref<void(mlir::Value channel, mlir::Value values,
                                      int64_t count)>
                  store);

private:
  llvm::SmallVector<mlir::Value> zeros(int64_t count);
  void emitScores(mlir::ValueRange operands, const PagePanels &page);
  void emitValues(const QueryRows &rows, const PagePanels &page);

  KernelBuilder &b;
  Dots dots;
  PageSoftmax softmax;
};

} // namespace fathom

#endif // FATHOM_PASSES_TILING_PAGEATTENTION_H
