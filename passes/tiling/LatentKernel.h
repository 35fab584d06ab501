//===- LatentKernel.h - What both forms of latent attention use -*- C++ -*-===//
//
// The operation taken apart: widths, layouts, weights, where things lie. A
// rotated query lies in the phase's scratch as dot operands [nope | rope], each
// part padded to whole steps of a dot; panels of keys have the same order.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_TILING_LATENTKERNEL_H
#define FATHOM_PASSES_TILING_LATENTKERNEL_H

#include "passes/tiling/PageAttention.h"
#include "passes/tiling/PanelPacking.h"
#include "passes/tiling/Product.h"
#include "passes/tiling/Runs.h"

namespace fathom {

struct LatentKernel {
  LatentKernel(KernelBuilder &b, mlir::fathom::AttendLatentOp op,
               mlir::fathom::CacheOp cache);

  KernelBuilder &b;
  mlir::fathom::AttendLatentOp op;
  Dots dots; ///< of the cache and of the packed weights
  int64_t heads, nope, rope, value, latent;
  int64_t ropeStart, queryWidth; ///< of a query: where rope begins, its end
  int64_t stepTokens;            ///< the most tokens of a step
  double scale;
  Rows q, compressed, rotary, result;
  mlir::Value queries;

  int64_t padded(int64_t columns) const { return roundUp(columns, dots.depth); }
  int64_t stepsOf(int64_t columns) const {
    return padded(columns) / dots.depth;
  }
  /// Values of a row of the cache.
  int64_t cacheWidth() const { return latent + rope; }
  mlir::Value query(mlir::Value token, mlir::Value head);
  mlir::Value page(const Run &run, mlir::Value number);
  /// The product of `rows` operand rows with the panels of `weight` that belong
  /// to `head`, each head having `rowsOfHead` rows; `finished` gets rows of the
  /// head.
  void emitHeadProduct(mlir::FlatSymbolRefAttr weight, mlir::Value head,
                       int64_t rowsOfHead, mlir::Value rows,
                       std::function<mlir::Value(mlir::Value row)> operand,
                       std::function<void(mlir::Value row, mlir::Value channel,
                                          mlir::ValueRange sums)>
                           finished);
  /// Stores `sums`, vectors of f32 from `channel` on, at `row` of `element`;
  /// with `columns` none after them.
  void storeSums(mlir::ValueRange sums, mlir::Value row, mlir::Value channel,
                 mlir::Type element, int64_t columns = 0);
  /// Whether a row of the cache is an operand as it lies there.
  bool inPlace() const { return dots.storage == dots.operand; }
};

/// Normalises, rotates, stores queries in scratch and rows in the cache.
void emitLatentAppend(LatentKernel &kernel);
/// Attention of prompt tokens: keys and values of a page are made for a head.
void emitExpandedForm(LatentKernel &kernel);
/// Attention of generated tokens: queries are taken into the latent space.
void emitAbsorbedForm(LatentKernel &kernel);

} // namespace fathom

#endif // FATHOM_PASSES_TILING_LATENTKERNEL_H
