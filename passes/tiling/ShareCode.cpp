//===- ShareCode.cpp - Phases that do the same share a function -----------===//
//
// A function finds its weights by slot and layer, and its rows by place: where
// two kinds of layer agree in these, what was written for the one is, operation
// by operation, what was written for the other.
//
//===----------------------------------------------------------------------===//

#include "dialects/Fathom/IR/FathomOps.h"
#include "mlir/IR/OperationSupport.h"
#include "passes/tiling/Passes.h"

namespace fathom {
#define GEN_PASS_DEF_SHARECODEPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

struct ShareCode final : public ::fathom::impl::ShareCodePassBase<ShareCode> {
  using ShareCodePassBase::ShareCodePassBase;

  void runOnOperation() override {
    // In the order of the phases, so that a function keeps the name of the
    // first that it was written for.
    SmallVector<func::FuncOp> kept;
    SmallVector<func::FuncOp> dropped;
    getOperation().walk([&](PhaseOp phase) {
      if (!phase.getCode())
        return;
      auto code = getOperation().lookupSymbol<func::FuncOp>(*phase.getCode());
      if (!code || llvm::is_contained(kept, code))
        return;
      auto *same = llvm::find_if(
          kept, [&](func::FuncOp other) { return isSame(code, other); });
      if (same == kept.end()) {
        kept.push_back(code);
        return;
      }
      phase.setCodeAttr(FlatSymbolRefAttr::get(*same));
      if (!llvm::is_contained(dropped, code))
        dropped.push_back(code);
    });
    for (func::FuncOp code : dropped)
      code.erase();
  }

private:
  /// Alike in all but their names, attributes of the functions included.
  static bool isSame(func::FuncOp a, func::FuncOp b) {
    if (withoutName(a) != withoutName(b))
      return false;
    return OperationEquivalence::isRegionEquivalentTo(
        &a.getBody(), &b.getBody(), OperationEquivalence::IgnoreLocations);
  }

  static DictionaryAttr withoutName(func::FuncOp function) {
    NamedAttrList attributes(function->getAttrDictionary());
    attributes.erase(SymbolTable::getSymbolAttrName());
    return attributes.getDictionary(function.getContext());
  }
};

} // namespace
