//===- TileProject.cpp - Linear layers become loops over tiles ------------===//
//
// The epilogue of a product is written where its sums are still in registers.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/TileProject.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "passes/tiling/Columns.h"
#include "passes/tiling/Passes.h"
#include "passes/tiling/Product.h"
#include "runtime/abi/step.h"

namespace fathom {
#define GEN_PASS_DEF_TILEPROJECTPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

namespace {

/// What becomes of finished sums of a project.
class Epilogue {
public:
  Epilogue(KernelBuilder &b, ProjectOp op, const Dots &dots)
      : b(b), op(op), lanes(dots.lanes), weight(b.packed(op.getWeightAttr())),
        visited(roundUp(weight.getRows(), kPanelRows)) {
    columns = cast<RankedTensorType>(op.getType()).getDimSize(1);
    if (op.getAsking())
      result = {b.fieldPointer(offsetof(FathomStep, logits)), columns, b.f32(),
                columns};
    else
      result = b.rows(op.getResult());
    if (op.getBias())
      bias = b.weight(b.packed(op.getBiasAttr()));
    for (Value value : op.getPlus())
      plus.push_back(b.rows(value));
  }

  void emit(Value token, Value row, ValueRange sums) {
    SmallVector<Value> values(sums);
    if (bias)
      for (auto [i, value] : llvm::enumerate(values))
        value = arith::AddFOp::create(b, value,
                                      part(bias, b.f32(), b.add(row, i * lanes),
                                           visited, weight.getRows()));
    Value column = row;
    int64_t written = visited;
    if (op.getSwiglu()) {
      values = gatedRows(b, lanes, values);
      column = b.div(row, 2);
      written = visited / 2;
    }
    Value to = b.row(result, token);
    SmallVector<Value> addends;
    for (const Rows &rows : plus)
      addends.push_back(b.row(rows, token));
    for (auto [i, value] : llvm::enumerate(values)) {
      Value at = b.add(column, i * lanes);
      for (auto [rows, addend] : llvm::zip_equal(plus, addends))
        value = arith::AddFOp::create(
            b, part(addend, rows.element, at, written, columns), value);
    }
    storeColumns(b, values, to, column, result, written);
  }

private:
  /// A vector of f32 from `column` on; of the columns visited, those from
  /// `present` on are zeros.
  Value part(Value pointer, Type element, Value column, int64_t written,
             int64_t present) {
    Value at = b.at(pointer, column, element);
    if (written <= present)
      return b.convertToF32(b.load(b.lanes(element), at));
    return b.convertToF32(
        loadFirst(b, b.lanes(element), at, b.sub(b.constant(present), column)));
  }

  KernelBuilder &b;
  ProjectOp op;
  int64_t lanes;
  PackedOp weight;
  int64_t visited; ///< packed rows, those of the last panel's padding too
  int64_t columns; ///< of the result
  Rows result;
  Value bias;
  SmallVector<Rows> plus;
};

/// The part of a product that this thread computes.
struct Share {
  Value firstPanel, endPanel, firstToken, endToken;
};

} // namespace

/// Panels are shared out, or tokens where panels are fewer than both tokens and
/// threads.
static Share shareOf(KernelBuilder &b, int64_t panels, Value tokens) {
  auto [firstPanel, endPanel] = b.share(panels);
  auto [firstToken, endToken] = b.share(tokens);
  Value few = b.less(b.constant(panels), b.smallest(tokens, b.threadCount()));
  Value zero = b.constant(0);
  return {b.select(few, zero, firstPanel),
          b.select(few, b.constant(panels), endPanel),
          b.select(few, firstToken, zero), b.select(few, endToken, tokens)};
}

OperandSource operandSource(KernelBuilder &b, ProjectOp op) {
  OperandSource source;
  source.x = op.getX();
  source.norm = op.getNormAttr();
  source.eps = op.getEps() ? op.getEps()->convertToDouble() : 0.0;
  source.element =
      b.dotsOf(b.packed(op.getWeightAttr()), op.getExact()).operand;
  source.asking = bool(op.getAsking());
  return source;
}

static void emitRows(KernelBuilder &b, ProjectOp op, Value tokens,
                     Operands &operands) {
  PackedOp weight = b.packed(op.getWeightAttr());
  Rows rows = operands.prepare(operandSource(b, op));
  Product product;
  product.dots = b.dotsOf(weight, op.getExact());
  product.panels = b.weight(weight);
  product.columns = weight.getColumns();
  product.slices = op.getSlices().value_or(1);
  Share share =
      shareOf(b, llvm::divideCeil(weight.getRows(), kPanelRows), tokens);
  product.firstPanel = share.firstPanel;
  product.endPanel = share.endPanel;
  product.tokens = b.sub(share.endToken, share.firstToken);
  product.operand = [&](Value token) {
    return b.row(rows, b.add(share.firstToken, token));
  };
  Epilogue epilogue(b, op, product.dots);
  product.finished = [&](Value token, Value row, ValueRange sums) {
    epilogue.emit(b.add(share.firstToken, token), row, sums);
  };
  emitProduct(b, product);
}

void emitProject(KernelBuilder &b, ProjectOp op, Operands &operands) {
  if (!op.getAsking())
    return emitRows(b, op, b.tokenCount(), operands);
  // Values made in the branch are unknown after it.
  Value count = b.fieldU32(offsetof(FathomStep, logit_count));
  b.ifThen(b.less(b.constant(0), count), [&] {
    Operands own(b);
    emitRows(b, op, count, own);
  });
}

void emitProject(KernelBuilder &b, ProjectOp op) {
  Operands operands(b);
  emitProject(b, op, operands);
}

} // namespace fathom

namespace {

struct TileProject final
    : public ::fathom::impl::TileProjectPassBase<TileProject> {
  using TileProjectPassBase::TileProjectPassBase;

  void runOnOperation() override {
    auto parsed = ::fathom::parseLevel(level);
    if (!parsed) {
      getOperation().emitError("expects the level avx2, avx512 or avx512-bf16, "
                               "but it is \"")
          << level << "\"";
      return signalPassFailure();
    }
    SmallVector<PhaseOp> phases;
    getOperation()->walk([&](PhaseOp phase) {
      if (!phase.getCode() && holdsProjects(phase))
        phases.push_back(phase);
    });
    for (PhaseOp phase : phases)
      tile(phase, *parsed);
  }

private:
  static bool holdsProjects(PhaseOp phase) {
    Block &body = phase.getBody().front();
    return body.getOperations().size() > 1 &&
           llvm::all_of(body.without_terminator(),
                        [](Operation &op) { return isa<ProjectOp>(op); });
  }

  void tile(PhaseOp phase, ::fathom::Level level) {
    ::fathom::KernelBuilder b(phase, level);
    ::fathom::Operands operands(b);
    for (auto op : phase.getBody().getOps<ProjectOp>()) {
      if (!phase.getScratch() &&
          ::fathom::Operands::needsScratch(b, ::fathom::operandSource(b, op))) {
        op.emitOpError("expects its phase to have scratch memory for operands, "
                       "but it has none");
        return signalPassFailure();
      }
      ::fathom::emitProject(b, op, operands);
    }
    b.finish();
  }
};

} // namespace
