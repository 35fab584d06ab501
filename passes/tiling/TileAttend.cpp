//===- TileAttend.cpp - Grouped-query attention becomes loops -------------===//
//
// The function of an attend phase has two parts with a barrier between them.
// The first rotates queries into the phase's scratch and appends keys and
// values to their pages; the second lets tiles of query rows meet the pages.
// All query heads that share a key head are rows of one matrix, and so are the
// tokens of a run: row r of a run is token r / group, head r % group.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "passes/tiling/CacheLayout.h"
#include "passes/tiling/PageAttention.h"
#include "passes/tiling/Passes.h"
#include "passes/tiling/Rotate.h"
#include "passes/tiling/Runs.h"

namespace fathom {
#define GEN_PASS_DEF_TILEATTENDPASS
#include "passes/tiling/Passes.h.inc"
} // namespace fathom

using namespace mlir;
using namespace mlir::fathom;
using namespace ::fathom;

namespace {

class AttendKernel {
public:
  AttendKernel(KernelBuilder &b, AttendOp op, CacheOp cache)
      : b(b), op(op), cache(cache), layout(CacheLayout::of(cache)),
        dots(Dots::of(b.level, cache.getElement())), heads(op.getHeads()),
        kvHeads(op.getKvHeads()), group(heads / kvHeads),
        width(cache.getParts()[0] / kvHeads),
        steps(roundUp(width, dots.depth) / dots.depth),
        qkv(b.rows(op.getQkv())), rotary(b.rows(op.getRotary())),
        result(b.rows(op.getResult())), queries(b.sharedScratch()),
        attention(b, dots, op.getScale().convertToDouble()),
        states(b.threadScratch(kTileTokens * PageSoftmax::kStateBytes)),
        running(b.threadScratch(kTileTokens * attention.runningBytes(width))) {}

  void emit() {
    emitAppend();
    b.barrier();
    emitTiles();
  }

private:
  //===--- Part 1: rotate and append
  //---------------------------------------===//

  /// Bytes of one head of a rotated query.
  int64_t queryBytes() const {
    return roundUp(width, dots.depth) * dots.operandBytes;
  }
  Value query(Value token, Value head) {
    Value number = b.add(b.mul(token, heads), head);
    return b.offset(queries, b.mul(number, queryBytes()));
  }

  void emitAppend() {
    zeroPadding(b, result);
    int64_t items = heads + 2 * kvHeads;
    shareTokens(
        b, items, [&](const Run &run, Value token, Value position, Value item) {
          Value head = b.at(b.row(qkv, token), b.mul(item, width), b.f32());
          b.ifThen(
              b.less(item, b.constant(heads)),
              [&] { emitQuery(token, item, head); },
              [&] {
                Value page = b.cachePage(op.getCacheAttr(), run.slot,
                                         b.div(position, kPageTokens));
                Value place = b.rem(position, kPageTokens);
                Value number = b.sub(item, b.constant(heads));
                b.ifThen(
                    b.less(number, b.constant(kvHeads)),
                    [&] { emitKey(page, place, number, token, head); },
                    [&] {
                      emitValue(page, place, b.sub(number, b.constant(kvHeads)),
                                head);
                    });
              });
        });
  }

  Rotation rotation() { return {width, 0, rotary.columns, op.getPairing()}; }

  void emitQuery(Value token, Value number, Value head) {
    Value target = query(token, number);
    emitRotation(b, rotation(), head, b.row(rotary, token), /*vectors=*/true,
                 [&](Value channel, Value values) {
                   b.store(b.convertFromF32(values, dots.operand),
                           b.at(target, channel, dots.operand));
                 });
    for (int64_t pad = width; pad < roundUp(width, dots.depth); ++pad)
      b.store(b.convertFromF32(b.constantF32(0.0), dots.operand),
              b.at(target, b.constant(pad), dots.operand));
  }

  void emitKey(Value page, Value place, Value number, Value token, Value head) {
    Value keys = b.offset(page, b.mul(number, layout.keyHeadBytes));
    emitRotation(b, rotation(), head, b.row(rotary, token), /*vectors=*/false,
                 [&](Value channel, Value value) {
                   storeInPanel(keys, kPageTokens, place, channel, value);
                 });
  }

  void emitValue(Value page, Value place, Value number, Value head) {
    Value values = b.offset(
        page, b.add(b.mul(number, layout.valueHeadBytes), layout.valuesOffset));
    emitCopy(b, head, 0, width, /*vectors=*/false,
             [&](Value channel, Value value) {
               storeInPanel(values, kPageTokens, channel, place, value);
             });
  }

  /// Stores one value in the panel of its row; a panel has `columns` columns.
  void storeInPanel(Value panels, int64_t columns, Value row, Value column,
                    Value value) {
    Value panel = b.mul(b.div(row, kPanelRows), columns * kPanelRows);
    Value pair = b.mul(b.div(column, dots.depth), kPanelRows);
    Value inside = b.mul(b.add(pair, b.rem(row, kPanelRows)), dots.depth);
    Value index = b.add(panel, b.add(inside, b.rem(column, dots.depth)));
    b.store(b.convertFromF32(value, dots.storage),
            b.at(panels, index, dots.storage));
  }

  //===--- Part 2: tiles of rows meet pages
  //--------------------------------===//

  /// One tile of query rows of one run and key head.
  struct Tile {
    const Run &run;
    Value kvHead, firstRow, lastRow; ///< lastRow: of the run
    int64_t rows;
  };
  struct Row {
    Value token, head, position;
  };

  /// Rows after the run's last repeat it; they are not stored.
  Row rowOf(const Tile &tile, Value number) {
    Value r = b.smallest(b.add(tile.firstRow, number), tile.lastRow);
    Value inRun = b.div(r, group);
    return {b.add(tile.run.firstToken, inRun),
            b.add(b.mul(tile.kvHead, group), b.rem(r, group)),
            b.add(tile.run.firstPosition, inRun)};
  }

  Value state(Value row) {
    return b.offset(states, b.mul(row, PageSoftmax::kStateBytes));
  }
  Value runningOf(int64_t row) {
    return b.offset(running, row * attention.runningBytes(width));
  }

  void emitTiles() {
    auto tilesOf = [&](const Run &run) {
      return b.ceilDiv(b.mul(run.tokenCount, group), kTileTokens);
    };
    dealItems(
        b, [&](const Run &run) { return b.mul(tilesOf(run), kvHeads); },
        [&](const Run &run, Value item) {
          Value tiles = tilesOf(run);
          Value first = b.mul(b.rem(item, tiles), kTileTokens);
          Value rows = b.mul(run.tokenCount, group);
          Tile tile{run, b.div(item, tiles), first, b.sub(rows, b.constant(1)),
                    kTileTokens};
          // What is left of one generated token gets a tile of its size.
          int64_t rest = group % kTileTokens;
          if (rest == 0)
            return emitTile(tile);
          Tile small = tile;
          small.rows = rest;
          b.ifThen(
              b.equal(b.sub(rows, first), b.constant(rest)),
              [&] { emitTile(small); }, [&] { emitTile(tile); });
        });
  }

  void emitTile(const Tile &tile) {
    QueryRows rows;
    for (int64_t row = 0; row < tile.rows; ++row) {
      Row at = rowOf(tile, b.constant(row));
      rows.operands.push_back(query(at.token, at.head));
      attention.begin(state(b.constant(row)), runningOf(row), width);
    }
    rows.state = [&](Value row) { return state(row); };
    rows.running = [&](int64_t row) { return runningOf(row); };

    Value last = rowOf(tile, b.constant(tile.rows - 1)).position;
    Value pages = b.add(b.div(last, kPageTokens), 1);
    b.forRange(b.constant(0), pages, 1, [&](Value number) {
      Value page = b.cachePage(op.getCacheAttr(), tile.run.slot, number);
      Value firstToken = b.mul(number, kPageTokens);
      rows.visible = [&](Value row) {
        return b.sub(b.add(rowOf(tile, row).position, 1), firstToken);
      };
      Value keys = b.offset(page, b.mul(tile.kvHead, layout.keyHeadBytes));
      Value values =
          b.offset(page, b.add(b.mul(tile.kvHead, layout.valueHeadBytes),
                               layout.valuesOffset));
      attention.emit(rows, {keys, steps, values, width});
    });
    emitResult(tile);
  }

  void emitResult(const Tile &tile) {
    bool whole = tile.rows < kTileTokens || group % kTileTokens == 0;
    for (int64_t row = 0; row < tile.rows; ++row) {
      if (whole)
        emitHead(tile, row);
      else
        b.ifThen(b.less(b.add(tile.firstRow, row), b.add(tile.lastRow, 1)),
                 [&] { emitHead(tile, row); });
    }
  }

  void emitHead(const Tile &tile, int64_t row) {
    Row at = rowOf(tile, b.constant(row));
    Value target =
        b.at(b.row(result, at.token), b.mul(at.head, width), result.element);
    attention.finish(state(b.constant(row)), runningOf(row), width,
                     [&](Value channel, Value values, int64_t count) {
                       storeRow(b, result.element, values,
                                b.at(target, channel, result.element), count);
                     });
  }

  KernelBuilder &b;
  AttendOp op;
  CacheOp cache;
  CacheLayout layout;
  Dots dots;
  int64_t heads, kvHeads, group, width;
  int64_t steps; ///< of K in the scores
  Rows qkv, rotary, result;
  Value queries; ///< rotated, [token][head][width] operands
  PageAttention attention;
  Value states;  ///< of the tile's rows
  Value running; ///< weighted values so far, [row][width] f32
};

/// The operation of a phase that has one.
AttendOp attendOf(PhaseOp phase) {
  auto ops = phase.getBody().front().getOps<AttendOp>();
  return ops.empty() ? AttendOp() : *ops.begin();
}

/// Reports what the kernel takes for granted about its operation.
LogicalResult check(AttendOp op, PhaseOp phase, CacheOp cache) {
  if (cache.getHeads().value_or(1) != op.getKvHeads())
    return op.emitOpError("expects a cache of ")
           << op.getKvHeads() << " heads, but " << op.getCacheAttr() << " has "
           << cache.getHeads().value_or(1);
  if (!phase.getScratch())
    return op.emitOpError("expects its phase to have scratch memory for "
                          "queries, but it has none");
  return success();
}

struct TileAttend final
    : public ::fathom::impl::TileAttendPassBase<TileAttend> {
  using TileAttendPassBase::TileAttendPassBase;

  void runOnOperation() override {
    std::optional<Level> chosen = parseLevel(level);
    if (!chosen) {
      getOperation().emitError("expects the level avx2, avx512 or avx512-bf16, "
                               "but it is \"")
          << level << "\"";
      return signalPassFailure();
    }
    SmallVector<PhaseOp> phases;
    getOperation().walk([&](PhaseOp phase) {
      if (!phase.getCode() && attendOf(phase))
        phases.push_back(phase);
    });
    for (PhaseOp phase : phases) {
      AttendOp op = attendOf(phase);
      auto cache =
          SymbolTable::lookupNearestSymbolFrom<CacheOp>(op, op.getCacheAttr());
      if (failed(check(op, phase, cache)))
        return signalPassFailure();
      KernelBuilder builder(phase, *chosen);
      AttendKernel(builder, op, cache).emit();
      builder.finish();
    }
  }
};

} // namespace
