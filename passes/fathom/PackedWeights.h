//===- PackedWeights.h - Recipes for weights --------------------*- C++ -*-===//
//
// Makes, finds and drops the `fathom.packed` symbols of one module. Lives as
// long as one run of one pass.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_PASSES_FATHOM_PACKEDWEIGHTS_H
#define FATHOM_PASSES_FATHOM_PACKEDWEIGHTS_H

#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <optional>

namespace fathom {

/// What a packed weight is, but for its name and its slot.
struct Recipe {
  mlir::fathom::Layout layout;
  mlir::Type storage;
  int64_t rows = 0;
  int64_t columns = 0;
  std::optional<int64_t> experts = std::nullopt;
  std::optional<int64_t> at = std::nullopt;
  llvm::SmallVector<mlir::Attribute> pieces = {};
};

/// `value` rounded up to a multiple of `unit`.
int64_t roundUp(int64_t value, int64_t unit);

/// Bytes of one matrix of a recipe in the layout `panels`.
int64_t panelBytes(const Recipe &recipe);

/// All of `weight`, in its own order.
mlir::fathom::PieceAttr wholePiece(mlir::fathom::WeightOp weight);

/// `piece` with its rows `rows` further down the packed weight.
mlir::fathom::PieceAttr shifted(mlir::fathom::PieceAttr piece, int64_t rows);

class PackedWeights {
public:
  explicit PackedWeights(mlir::ModuleOp module)
      : module(module), symbols(module) {}

  mlir::fathom::WeightOp weight(mlir::FlatSymbolRefAttr name) const {
    return symbols.lookup<mlir::fathom::WeightOp>(name.getAttr());
  }
  mlir::fathom::PackedOp packed(mlir::FlatSymbolRefAttr name) const {
    return symbols.lookup<mlir::fathom::PackedOp>(name.getAttr());
  }

  /// The whole of `weight`, a vector or matrix; made where there is none yet.
  mlir::FlatSymbolRefAttr whole(mlir::FlatSymbolRefAttr weight,
                                mlir::fathom::Layout layout);

  /// A new packed weight. `stem` is its name where that is free.
  mlir::FlatSymbolRefAttr create(llvm::StringRef stem, const Recipe &recipe);

  /// Drops `name` if nothing uses it.
  void dropUnused(mlir::FlatSymbolRefAttr name);

private:
  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
};

/// The stem of a weight's name for what is made of it: without `_proj`, and
/// without `.packed`.
std::string stemOf(mlir::FlatSymbolRefAttr name);

/// A stem for what is made of several: `dense.q`, `dense.k` give `dense.q_k`.
std::string joinedStem(llvm::ArrayRef<mlir::FlatSymbolRefAttr> names);

} // namespace fathom

#endif // FATHOM_PASSES_FATHOM_PACKEDWEIGHTS_H
