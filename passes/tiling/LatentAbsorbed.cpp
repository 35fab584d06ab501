//===- LatentAbsorbed.cpp - Latent attention of generated tokens ----------===//
//
// An item is a token and a head; a thread takes a contiguous run of them. The
// heads of one token are the rows of tiles: queries are taken into the latent
// space by K[h] transposed, meet pages whose rows are keys and values at once,
// and what comes out is taken to the head's values by V[h]. A page is made into
// panels once for all heads that the thread has of the token.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/LatentKernel.h"

#include "runtime/abi/step.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

namespace {

class AbsorbedForm {
public:
  explicit AbsorbedForm(LatentKernel &k)
      : k(k), b(k.b), attention(b, k.dots, k.scale),
        ropeStart(k.padded(k.latent)), width(ropeStart + k.padded(k.rope)),
        stride(std::max(roundUp(k.latent, kPanelRows), width)),
        states(b.threadScratch(rowsMax() * PageSoftmax::kStateBytes)),
        running(b.threadScratch(rowsMax() * attention.runningBytes(k.latent))),
        queries(b.threadScratch(k.heads * stride * k.dots.operandBytes)),
        keys(b.threadScratch(k.dots.panelBytes(width))),
        values(b.threadScratch(roundUp(k.latent, kPanelRows) * kPageTokens *
                               k.dots.storageBytes)),
        mixed(b.threadScratch(roundUp(k.latent, kPanelRows) *
                              k.dots.operandBytes)) {}

  void emit() {
    Value zero = b.constant(0);
    auto itemsOf = [&](const Run &run) {
      Value made = b.equal(run.role, b.constant(FATHOM_ROLE_GENERATED));
      return b.mul(b.select(made, run.tokenCount, zero), k.heads);
    };
    Value total =
        sumOverRuns(b, [&](const Run &run, Value) { return itemsOf(run); });
    auto [begin, end] = b.share(total);
    sumOverRuns(b, [&, begin = begin, end = end](const Run &run, Value before) {
      Value items = itemsOf(run);
      b.forRange(zero, b.div(items, k.heads), 1, [&](Value token) {
        Value first = b.add(before, b.mul(token, k.heads));
        Value low = b.sub(b.largest(begin, first), first);
        Value high = b.sub(b.smallest(end, b.add(first, k.heads)), first);
        b.ifThen(b.less(low, high), [&] { emitToken(run, token, low, high); });
      });
      return items;
    });
  }

private:
  /// The last tile may have rows after the last head.
  int64_t rowsMax() const { return k.heads + kTileTokens; }
  Value at(Value scratch, Value head, int64_t bytes) {
    return b.offset(scratch, b.mul(head, bytes));
  }
  Value state(Value head) { return at(states, head, PageSoftmax::kStateBytes); }
  Value runningOf(Value head) {
    return at(running, head, attention.runningBytes(k.latent));
  }
  Value latentQuery(Value head) {
    return at(queries, head, stride * k.dots.operandBytes);
  }

  /// Heads [low, high) of token `token` of the run.
  void emitToken(const Run &run, Value token, Value low, Value high) {
    Value number = b.add(run.firstToken, token);
    Value tiles = b.ceilDiv(b.sub(high, low), kTileTokens);
    b.forRange(low, b.add(low, b.mul(tiles, kTileTokens)), 1, [&](Value head) {
      attention.begin(state(head), runningOf(head), k.latent);
    });
    b.forRange(low, high, 1, [&](Value head) { emitQuery(number, head); });
    Value length = b.add(b.add(run.firstPosition, token), 1);
    b.forRange(b.constant(0), b.ceilDiv(length, kPageTokens), 1,
               [&](Value pageNumber) {
                 Value page = k.page(run, pageNumber);
                 emitPanels(page);
                 Value seen = b.sub(length, b.mul(pageNumber, kPageTokens));
                 emitTiles(low, high, seen);
               });
    b.forRange(low, high, 1, [&](Value head) { emitResult(number, head); });
  }

  /// [K[h]^T q_nope | q_rope] as dot operands.
  void emitQuery(Value token, Value head) {
    Value from = k.query(token, head), to = latentQuery(head);
    k.emitHeadProduct(
        k.op.getAbsorbedAttr(), head, k.latent, b.constant(1),
        [&](Value) { return from; },
        [&](Value, Value channel, ValueRange sums) {
          k.storeSums(sums, to, channel, k.dots.operand);
        });
    // Behind the product, whose last rows may be padding.
    b.forRange(b.constant(0), b.constant(k.padded(k.rope)), 1, [&](Value i) {
      Value moved = b.load(k.dots.operand,
                           b.at(from, b.add(i, k.ropeStart), k.dots.operand));
      b.store(moved, b.at(to, b.add(i, ropeStart), k.dots.operand));
    });
  }

  void emitPanels(Value page) {
    PageRows rows{page, k.cacheWidth()};
    PageRows ropes{b.at(page, b.constant(k.latent), k.dots.storage),
                   k.cacheWidth()};
    packTokensAsRows(b, k.dots, rows, k.latent, keys);
    packTokensAsRows(b, k.dots, ropes, k.rope,
                     b.offset(keys, k.dots.panelBytes(k.latent)));
    packTokensAsColumns(b, k.dots, rows, k.latent, values);
  }

  /// Heads [low, high) in tiles of 6, the rest in one of 2 where that is
  /// enough. Rows after the last repeat it, with states of their own.
  void emitTiles(Value low, Value high, Value seen) {
    Value tiles = b.ceilDiv(b.sub(high, low), kTileTokens);
    b.forRange(b.constant(0), tiles, 1, [&](Value tile) {
      Value first = b.add(low, b.mul(tile, kTileTokens));
      b.ifThen(
          b.less(b.sub(high, first), b.constant(3)),
          [&] { emitTile(first, high, seen, 2); },
          [&] { emitTile(first, high, seen, kTileTokens); });
    });
  }

  void emitTile(Value first, Value high, Value seen, int64_t count) {
    Value last = b.sub(high, b.constant(1));
    QueryRows rows;
    for (int64_t i = 0; i < count; ++i)
      rows.operands.push_back(latentQuery(b.smallest(b.add(first, i), last)));
    rows.visible = [&](Value) { return seen; };
    rows.state = [&](Value row) { return state(b.add(first, row)); };
    rows.running = [&](int64_t row) { return runningOf(b.add(first, row)); };
    attention.emit(rows, {keys, width / k.dots.depth, values, k.latent});
  }

  /// V[h] times the weighted sum of latent rows.
  void emitResult(Value token, Value head) {
    Type operand = k.dots.operand;
    attention.finish(state(head), runningOf(head), k.latent,
                     [&](Value channel, Value finished, int64_t) {
                       b.store(b.convertFromF32(finished, operand),
                               b.at(mixed, channel, operand));
                     });
    for (int64_t pad = k.latent; pad < k.padded(k.latent); ++pad)
      b.store(b.convertFromF32(b.constantF32(0.0), operand),
              b.at(mixed, b.constant(pad), operand));
    Value row =
        b.at(b.row(k.result, token), b.mul(head, k.value), k.result.element);
    k.emitHeadProduct(
        k.op.getValuesAttr(), head, k.value, b.constant(1),
        [&](Value) { return mixed; },
        [&](Value, Value channel, ValueRange sums) {
          k.storeSums(sums, row, channel, k.result.element, k.value);
        });
  }

  LatentKernel &k;
  KernelBuilder &b;
  PageAttention attention;
  int64_t ropeStart, width; ///< of a latent query: where rope begins, its end
  int64_t stride;           ///< of latent queries
  Value states, running, queries; ///< one a head
  Value keys, values;             ///< a page as panels
  Value mixed;                    ///< finished values of a head, as operands
};

} // namespace

void emitAbsorbedForm(LatentKernel &kernel) { AbsorbedForm(kernel).emit(); }

} // namespace fathom
