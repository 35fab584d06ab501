//===- Rotate.cpp - Rotary embedding of one head --------------------------===//
//
// See Rotate.h.
//
//===----------------------------------------------------------------------===//

#include "passes/tiling/Rotate.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace mlir::fathom;

namespace fathom {

/// f32, or a vector of it where `count` values are a whole number of vectors.
static Type chunkOf(KernelBuilder &b, int64_t count, bool vectors) {
  return vectors && count % lanesOf(b.level) == 0 ? Type(b.lanes(b.f32()))
                                                  : b.f32();
}

static int64_t sizeOf(Type chunk) {
  auto vector = dyn_cast<VectorType>(chunk);
  return vector ? vector.getNumElements() : 1;
}

void emitCopy(KernelBuilder &b, Value source, int64_t begin, int64_t end,
              bool vectors, StoreChannels store) {
  if (begin >= end)
    return;
  Type chunk = chunkOf(b, end - begin, vectors);
  b.forRange(b.constant(begin), b.constant(end), sizeOf(chunk),
             [&](Value channel) {
               store(channel, b.load(chunk, b.at(source, channel, b.f32())));
             });
}

void emitRotation(KernelBuilder &b, const Rotation &rotation, Value head,
                  Value rotary, bool vectors, StoreChannels store) {
  bool adjacent = rotation.pairing == Pairing::Adjacent;
  int64_t half = rotation.rope / 2;
  emitCopy(b, head, 0, rotation.offset, vectors, store);
  emitCopy(b, head, rotation.offset + rotation.rope, rotation.width, vectors,
           store);
  Type chunk = chunkOf(b, half, vectors && !adjacent);
  b.forRange(b.constant(0), b.constant(half), sizeOf(chunk), [&](Value i) {
    Value first = b.add(adjacent ? b.mul(i, 2) : i, rotation.offset);
    Value second = b.add(first, adjacent ? 1 : half);
    Value x = b.load(chunk, b.at(head, first, b.f32()));
    Value y = b.load(chunk, b.at(head, second, b.f32()));
    Value cosine = b.load(chunk, b.at(rotary, i, b.f32()));
    Value sine = b.load(chunk, b.at(rotary, b.add(i, half), b.f32()));
    auto mul = [&](Value l, Value r) -> Value {
      return arith::MulFOp::create(b, l, r);
    };
    store(first, arith::SubFOp::create(b, mul(x, cosine), mul(y, sine)));
    store(second, arith::AddFOp::create(b, mul(y, cosine), mul(x, sine)));
  });
}

} // namespace fathom
