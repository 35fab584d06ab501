//===- AssignSlots.cpp - Where a step finds each weight's address ---------===//
//
// Numbers packed weights in the order in which the functions use them: those of
// a layer in its table, those of the entry and the head among the globals. What
// shares a layer's table stands after the layer, whose slots so are those of
// any layer of the same make: their code is the same.
//
//===----------------------------------------------------------------------===//

#include "passes/fathom/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace fathom {
#define GEN_PASS_DEF_ASSIGNSLOTSPASS
#include "passes/fathom/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace {

// The kind whose table a function's weights are in. What surrounds a layer that
// predicts further tokens is numbered like that layer, so they share a table.
StringAttr tableKind(func::FuncOp function, StringAttr kind) {
  if (!function->hasAttr("fathom.layers"))
    return StringAttr();
  if (kind.getValue().starts_with("mtp_"))
    return StringAttr::get(kind.getContext(), "mtp_layer");
  return kind;
}

// The table of one kind of layer, or the globals.
struct Table {
  StringAttr kind; // Null for the globals.
  int64_t next = 0;
  std::optional<int64_t> block; // The slot of the experts' blocks.
};

struct AssignSlots final
    : public ::fathom::impl::AssignSlotsPassBase<AssignSlots> {
  using AssignSlotsPassBase::AssignSlotsPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    for (auto packed : module.getOps<PackedOp>()) {
      packed.removeSlotAttr();
      packed.removeKindAttr();
    }
    llvm::MapVector<StringAttr, Table> tables;
    for (func::FuncOp function : layersFirst(module)) {
      auto kind = function->getAttrOfType<StringAttr>("fathom.kind");
      StringAttr shared = tableKind(function, kind);
      Table &table = tables[shared];
      table.kind = shared;
      WalkResult walked = function.walk([&](Operation *op) {
        for (NamedAttribute attribute : weightsOf(op)) {
          auto name = cast<FlatSymbolRefAttr>(attribute.getValue());
          auto packed = symbols.lookup<PackedOp>(name.getAttr());
          if (packed && failed(assign(op, packed, table)))
            return WalkResult::interrupt();
        }
        return WalkResult::advance();
      });
      if (walked.wasInterrupted())
        return signalPassFailure();
    }
  }

  // The functions of a kind, those that share a layer's table last.
  static SmallVector<func::FuncOp> layersFirst(ModuleOp module) {
    SmallVector<func::FuncOp> functions, around;
    for (auto function : module.getOps<func::FuncOp>()) {
      auto kind = function->getAttrOfType<StringAttr>("fathom.kind");
      if (!kind)
        continue;
      StringAttr table = tableKind(function, kind);
      (table && table != kind ? around : functions).push_back(function);
    }
    functions.append(around);
    return functions;
  }

  // The symbols that `op` names, by the names of its attributes.
  static SmallVector<NamedAttribute> weightsOf(Operation *op) {
    SmallVector<NamedAttribute> names;
    for (NamedAttribute attribute : op->getAttrDictionary())
      if (isa<FlatSymbolRefAttr>(attribute.getValue()))
        names.push_back(attribute);
    return names;
  }

  LogicalResult assign(Operation *op, PackedOp packed, Table &table) {
    if (packed.getSlot()) {
      if (packed.getKindAttr() == table.kind)
        return success();
      return op->emitOpError("found ")
             << packed.getSymNameAttr() << " in use by "
             << (packed.getKindAttr() ? packed.getKindAttr().getValue()
                                      : "what is outside of layers")
             << " too, expected weights of one kind of layer alone";
    }
    int64_t slot = table.next;
    if (!packed.getExperts())
      table.next += 1;
    else if (table.block)
      slot = *table.block;
    else {
      table.block = slot;
      table.next += *packed.getExperts();
    }
    packed.setSlot(slot);
    packed.setKindAttr(table.kind);
    return success();
  }
};

} // namespace
