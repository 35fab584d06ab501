//===- LatentExpanded.cpp - Latent attention of prompt tokens -------------===//
//
// An item is a run and a head. Each page's keys and values of the head are made
// once, and then all tiles of the run's tokens that see the page meet it; the
// running values of all tokens wait in thread scratch.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/LatentKernel.h"

#include "runtime/abi/step.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

namespace {

class ExpandedForm {
public:
  explicit ExpandedForm(LatentKernel &k)
      : k(k), b(k.b), attention(b, k.dots, k.scale),
        rowsMax(roundUp(k.stepTokens, kTileTokens)),
        states(b.threadScratch(rowsMax * PageSoftmax::kStateBytes)),
        running(b.threadScratch(rowsMax * attention.runningBytes(k.value))),
        keyRows(scratchRows(k.nope)), valueRows(scratchRows(k.value)),
        keys(b.threadScratch(k.dots.panelBytes(k.queryWidth))),
        values(b.threadScratch(roundUp(k.value, kPanelRows) * kPageTokens *
                               k.dots.storageBytes)) {
    if (!k.inPlace())
      converted =
          b.threadScratch(kPageTokens * operandStride() * k.dots.operandBytes);
  }

  void emit() {
    auto items = [&](const Run &run) {
      Value prompt = b.equal(run.role, b.constant(FATHOM_ROLE_PROMPT));
      return b.select(prompt, b.constant(k.heads), b.constant(0));
    };
    dealItems(b, items,
              [&](const Run &run, Value head) { emitHead(run, head); });
  }

private:
  int64_t operandStride() const { return roundUp(k.latent, k.dots.depth); }
  PageRows scratchRows(int64_t columns) {
    int64_t stride = roundUp(columns, kPanelRows);
    return {b.threadScratch(kPageTokens * stride * k.dots.storageBytes),
            stride};
  }
  Value state(Value token) {
    return b.offset(states, b.mul(token, PageSoftmax::kStateBytes));
  }
  Value runningOf(Value token) {
    return b.offset(running, b.mul(token, attention.runningBytes(k.value)));
  }

  void emitHead(const Run &run, Value head) {
    Value zero = b.constant(0);
    Value tiles = b.ceilDiv(run.tokenCount, kTileTokens);
    b.forRange(zero, b.mul(tiles, kTileTokens), 1, [&](Value token) {
      attention.begin(state(token), runningOf(token), k.value);
    });
    Value length = b.add(run.firstPosition, run.tokenCount);
    b.forRange(zero, b.ceilDiv(length, kPageTokens), 1, [&](Value number) {
      Value first = b.mul(number, kPageTokens);
      Value count = b.smallest(b.constant(kPageTokens), b.sub(length, first));
      emitExpansion(k.page(run, number), head, count);
      Value before = b.largest(zero, b.sub(first, run.firstPosition));
      b.forRange(b.div(before, kTileTokens), tiles, 1, [&](Value tile) {
        emitTile(run, head, b.mul(tile, kTileTokens), first);
      });
    });
    b.forRange(zero, run.tokenCount, 1,
               [&](Value token) { emitResult(run, head, token); });
  }

  /// Makes the panels of the page's first `count` tokens for one head.
  void emitExpansion(Value page, Value head, Value count) {
    auto operand = operandRows(page, count);
    auto into = [&](PageRows rows) {
      return [&, rows](Value token, Value channel, ValueRange sums) {
        Value row = b.at(rows.base, b.mul(token, rows.stride), k.dots.storage);
        k.storeSums(sums, row, channel, k.dots.storage);
      };
    };
    k.emitHeadProduct(k.op.getExpandedAttr(), head, k.nope, count, operand,
                      into(keyRows));
    k.emitHeadProduct(k.op.getValuesAttr(), head, k.value, count, operand,
                      into(valueRows));
    // Values of tokens that are not there meet probabilities of 0, and must
    // not be NaN; their scores are never looked at.
    Value zero =
        b.convertFromF32(b.splat(b.lanes(b.f32()), 0.0), k.dots.storage);
    b.forRange(b.mul(count, valueRows.stride),
               b.constant(kPageTokens * valueRows.stride), k.dots.lanes,
               [&](Value i) {
                 b.store(zero, b.at(valueRows.base, i, k.dots.storage));
               });
    packTokensAsRows(b, k.dots, keyRows, k.nope, keys);
    PageRows shared{b.at(page, b.constant(k.latent), k.dots.storage),
                    k.cacheWidth()};
    packTokensAsRows(b, k.dots, shared, k.rope,
                     b.offset(keys, k.dots.panelBytes(k.nope)));
    packTokensAsColumns(b, k.dots, valueRows, k.value, values);
  }

  /// The page's latent rows as operands: in place where they are, else
  /// converted.
  std::function<Value(Value)> operandRows(Value page, Value count) {
    if (!converted)
      return [&, page](Value token) {
        return b.at(page, b.mul(token, k.cacheWidth()), k.dots.storage);
      };
    auto target = [&](Value token) {
      return b.at(converted, b.mul(token, operandStride()), k.dots.operand);
    };
    b.forRange(b.constant(0), count, 1, [&](Value token) {
      Value from = b.at(page, b.mul(token, k.cacheWidth()), k.dots.storage);
      Value to = target(token);
      auto copy = [&](int64_t begin, int64_t end, Type chunk, int64_t step) {
        b.forRange(b.constant(begin), b.constant(end), step, [&](Value i) {
          Value loaded = b.load(chunk, b.at(from, i, k.dots.storage));
          b.store(b.convertFromF32(b.convertToF32(loaded), k.dots.operand),
                  b.at(to, i, k.dots.operand));
        });
      };
      int64_t whole = k.latent / k.dots.lanes * k.dots.lanes;
      copy(0, whole, b.lanes(k.dots.storage), k.dots.lanes);
      copy(whole, k.latent, k.dots.storage, 1);
      for (int64_t pad = k.latent; pad < operandStride(); ++pad)
        b.store(b.convertFromF32(b.constantF32(0.0), k.dots.operand),
                b.at(to, b.constant(pad), k.dots.operand));
    });
    return target;
  }

  /// Tokens [token, token + 6) of the run meet the page; those after the last
  /// repeat it, with states of their own.
  void emitTile(const Run &run, Value head, Value token, Value firstOfPage) {
    Value last = b.sub(run.tokenCount, b.constant(1));
    QueryRows rows;
    for (int64_t i = 0; i < kTileTokens; ++i) {
      Value real = b.smallest(b.add(token, i), last);
      rows.operands.push_back(k.query(b.add(run.firstToken, real), head));
    }
    rows.state = [&](Value row) { return state(b.add(token, row)); };
    rows.running = [&](int64_t row) { return runningOf(b.add(token, row)); };
    rows.visible = [&](Value row) {
      Value real = b.smallest(b.add(token, row), last);
      Value seen = b.add(b.add(run.firstPosition, real), 1);
      return b.sub(seen, firstOfPage);
    };
    attention.emit(rows, {keys, k.queryWidth / k.dots.depth, values, k.value});
  }

  void emitResult(const Run &run, Value head, Value token) {
    Type element = k.result.element;
    Value row = b.row(k.result, b.add(run.firstToken, token));
    Value target = b.at(row, b.mul(head, k.value), element);
    attention.finish(state(token), runningOf(token), k.value,
                     [&](Value channel, Value finished, int64_t count) {
                       storeRow(b, element, finished,
                                b.at(target, channel, element), count);
                     });
  }

  LatentKernel &k;
  KernelBuilder &b;
  PageAttention attention;
  int64_t rowsMax;
  Value states, running;       ///< of the run's tokens
  PageRows keyRows, valueRows; ///< a page, row-major, of one head
  Value keys, values;          ///< the same as panels
  Value converted;             ///< the page's latent rows as operands
};

} // namespace

void emitExpandedForm(LatentKernel &kernel) { ExpandedForm(kernel).emit(); }

} // namespace fathom
