//===- PackingTest.cpp - Packed bytes against their definition ------------===//
//
// Every layout and kind of piece, compared element by element with the formulas
// of PackPlan.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/Packing.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "compiler/artifact/Convert.h"
#include "compiler/artifact/MemorySource.h"
#include "runtime/io/half.h"
#include "gtest/gtest.h"

namespace fathom {
namespace {

using rt::DType;

std::vector<float> values(uint64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> result(count);
  for (float &value : result)
    value = static_cast<float>(random() % 20001) / 10000 - 1;
  return result;
}

std::vector<uint16_t> asBf16(const std::vector<float> &in) {
  std::vector<uint16_t> out;
  for (float value : in)
    out.push_back(rt::FloatToBf16(value));
  return out;
}

std::vector<uint16_t> asF16(const std::vector<float> &in) {
  std::vector<uint16_t> out;
  for (float value : in)
    out.push_back(rt::FloatToF16(value));
  return out;
}

float stored(Storage storage, const std::vector<char> &bytes, uint64_t index) {
  if (storage == Storage::f32) {
    float value = 0;
    std::memcpy(&value, &bytes[index * 4], 4);
    return value;
  }
  uint16_t bits = 0;
  std::memcpy(&bits, &bytes[index * 2], 2);
  return storage == Storage::f16 ? rt::F16ToFloat(bits) : rt::Bf16ToFloat(bits);
}

float rounded(Storage storage, float value) {
  switch (storage) {
  case Storage::f32:
    return value;
  case Storage::f16:
    return rt::F16ToFloat(rt::FloatToF16(value));
  case Storage::bf16:
    return rt::Bf16ToFloat(rt::FloatToBf16(value));
  }
  return 0;
}

/// The index, in elements, at which (row, column) is stored.
uint64_t indexOf(const PackedMatrix &m, uint64_t row, uint64_t column) {
  if (m.layout != PackedLayout::panels)
    return row * m.columns + column;
  uint64_t panel = row / 64, inside = row % 64;
  if (m.storage == Storage::bf16) {
    uint64_t pairs = (m.columns + 1) / 2;
    return ((panel * pairs + column / 2) * 64 + inside) * 2 + column % 2;
  }
  return (panel * m.columns + column) * 64 + inside;
}

/// Packs `m`, whole and in pieces of `step` bytes, and compares every element
/// with `valueOf(source, element)`; what no piece names must be zero.
template <typename ValueOf>
void expectPacked(const PackedMatrix &m, const PackPlan &plan,
                  const TensorSource &source, uint64_t step, ValueOf valueOf) {
  ASSERT_TRUE(checkPlan({plan.sources, {{"w", -1, 0, {{0, m}}}}}).ok());
  auto bound = bindSources(plan, source);
  ASSERT_TRUE(bound.ok()) << bound.status();
  SourceReader reader(*bound);
  // What is not written stays recognisable.
  std::vector<char> packed(m.bytes(), '\x5a');
  for (uint64_t at = 0; at < packed.size(); at += step) {
    uint64_t end = std::min<uint64_t>(at + step, packed.size());
    absl::Status status = packBytes(m, at, end, reader, &packed[at]);
    ASSERT_TRUE(status.ok()) << status;
  }
  std::vector<float> expected(packed.size() / storageBytes(m.storage), 0.f);
  for (const Piece &piece : m.pieces)
    for (uint64_t i = 0; i < piece.rows; ++i)
      for (uint64_t j = 0; j < m.columns; ++j)
        expected[indexOf(m, piece.packedRow(i), j)] =
            rounded(m.storage,
                    valueOf(piece.source, piece.offset + i * piece.rowStride +
                                              j * piece.columnStride));
  for (uint64_t i = 0; i < expected.size(); ++i)
    ASSERT_EQ(stored(m.storage, packed, i), expected[i]) << "element " << i;
}

Piece wholeRows(uint32_t source, uint64_t rows, uint64_t columns,
                uint64_t first) {
  return {source, rows, 0, columns, 1, first, rows, rows};
}

const Storage kStorages[] = {Storage::f32, Storage::f16, Storage::bf16};

TEST(PackingTest, PanelsOfEveryStorageAndSource) {
  const uint64_t rows = 150, columns = 77; // Odd, and neither full panels.
  std::vector<float> data = values(rows * columns, 1);
  MemorySource source;
  source.add("f32", DType::kF32, {rows, columns}, data);
  source.add("f16", DType::kF16, {rows, columns}, asF16(data));
  source.add("bf16", DType::kBF16, {rows, columns}, asBf16(data));
  PackPlan plan;
  for (const char *name : {"f32", "f16", "bf16"})
    plan.sources.push_back({name, {rows, columns}, Storage::bf16, {}});
  for (Storage storage : kStorages)
    for (PackedLayout layout : {PackedLayout::panels, PackedLayout::rows})
      for (uint32_t s = 0; s < 3; ++s)
        for (uint64_t step : {uint64_t{1} << 22, uint64_t{256}}) {
          PackedMatrix m{
              layout, storage, rows, columns, {wholeRows(s, rows, columns, 0)}};
          expectPacked(m, plan, source, step, [&](uint32_t from, uint64_t i) {
            return rounded(kStorages[from], data[i]);
          });
        }
}

TEST(PackingTest, ConcatenationAndInterleaving) {
  const uint64_t rows = 96, columns = 34;
  std::vector<float> gate = values(rows * columns, 2),
                     up = values(rows * columns, 3);
  MemorySource source;
  source.add("gate", DType::kF32, {rows, columns}, gate);
  source.add("up", DType::kF32, {rows, columns}, up);
  PackPlan plan;
  plan.sources = {{"gate", {rows, columns}, Storage::f32, {}},
                  {"up", {rows, columns}, Storage::f32, {}}};
  auto valueOf = [&](uint32_t from, uint64_t i) {
    return from == 0 ? gate[i] : up[i];
  };
  for (Storage storage : kStorages)
    for (uint64_t group : {8, 16, 96}) {
      PackedMatrix m{PackedLayout::panels,
                     storage,
                     2 * rows,
                     columns,
                     {{0, rows, 0, columns, 1, 0, group, 2 * group},
                      {1, rows, 0, columns, 1, group, group, 2 * group}}};
      expectPacked(m, plan, source, 1 << 22, valueOf);
      expectPacked(m, plan, source, 512, valueOf);
    }
  // A gap between pieces, and a slice that begins inside of its source.
  PackedMatrix gap{PackedLayout::panels,
                   Storage::bf16,
                   256,
                   columns,
                   {{0, 30, 5 * columns, columns, 1, 3, 30, 30},
                    {1, 20, columns, 2 * columns, 1, 130, 7, 11}}};
  expectPacked(gap, plan, source, 1 << 22, valueOf);
}

TEST(PackingTest, TransposedPieces) {
  // Two heads of [nope + value, latent]: K transposed, padded to 64 rows each.
  const uint64_t heads = 2, nope = 13, value = 9, latent = 40;
  const uint64_t rows = heads * (nope + value);
  std::vector<float> data = values(rows * latent, 4);
  MemorySource source;
  source.add("kv_b", DType::kBF16, {rows, latent}, asBf16(data));
  PackPlan plan;
  plan.sources = {{"kv_b", {rows, latent}, Storage::bf16, {}}};
  for (Storage storage : kStorages)
    for (PackedLayout layout : {PackedLayout::panels, PackedLayout::rows}) {
      PackedMatrix m{layout, storage, heads * 64, nope, {}};
      for (uint64_t h = 0; h < heads; ++h)
        m.pieces.push_back({0, latent, h * (nope + value) * latent, 1, latent,
                            h * 64, latent, latent});
      for (uint64_t step : {1 << 22, 256})
        expectPacked(m, plan, source, step, [&](uint32_t, uint64_t i) {
          return rounded(Storage::bf16, data[i]);
        });
    }
}

TEST(PackingTest, LongStridesAreReadInParts) {
  // Spans beyond what is read whole: by rows, and transposed by columns.
  const uint64_t rows = 70, columns = 30000;
  std::vector<float> data = values(rows * columns, 5);
  MemorySource source;
  source.add("w", DType::kF32, {rows, columns}, data);
  PackPlan plan;
  plan.sources = {{"w", {rows, columns}, Storage::f32, {}}};
  auto valueOf = [&](uint32_t, uint64_t i) { return data[i]; };
  PackedMatrix cut{PackedLayout::panels,
                   Storage::bf16,
                   rows,
                   columns,
                   {wholeRows(0, rows, columns, 0)}};
  expectPacked(cut, plan, source, 256 * 100, valueOf);
  PackedMatrix turned{PackedLayout::panels,
                      Storage::f32,
                      200,
                      rows,
                      {{0, 200, 7, 1, columns, 0, 200, 200}}};
  expectPacked(turned, plan, source, 1 << 22, valueOf);
}

TEST(PackingTest, VectorsAreF32) {
  std::vector<float> a = values(700, 6), b = values(20, 7);
  MemorySource source;
  source.add("a", DType::kBF16, {700}, asBf16(a));
  source.add("b", DType::kF32, {20}, b);
  PackPlan plan;
  plan.sources = {{"a", {700}, Storage::bf16, {}},
                  {"b", {20}, Storage::bf16, {}}};
  PackedMatrix m{
      PackedLayout::vector,
      Storage::f32,
      730,
      1,
      {{0, 700, 0, 1, 0, 0, 700, 700}, {1, 20, 0, 1, 0, 705, 20, 20}}};
  for (uint64_t step : {4, 1000, 1 << 20})
    expectPacked(m, plan, source, step, [&](uint32_t from, uint64_t i) {
      return from == 0 ? rounded(Storage::bf16, a[i]) : b[i];
    });
}

/// Codes and scales with blocks of 4 x 3 and ragged edges.
struct Float8 {
  static constexpr uint64_t rows = 70, columns = 29, blockRows = 4,
                            blockColumns = 3;
  static constexpr uint64_t scaleRows = 18, scaleColumns = 10;
  std::vector<uint8_t> codes;
  std::vector<float> scales;
  MemorySource source;
  PackPlan plan;

  Float8() {
    for (uint64_t i = 0; i < rows * columns; ++i)
      codes.push_back(static_cast<uint8_t>(i * 37 % 127 | (i % 2) << 7));
    scales = values(scaleRows * scaleColumns, 8);
    source.add("w", DType::kF8E4M3, {rows, columns}, codes);
    source.add("s", DType::kF32, {scaleRows, scaleColumns}, scales);
    plan.sources = {{"w",
                     {rows, columns},
                     Storage::bf16,
                     {{"s", blockRows, blockColumns}}}};
  }
  float value(uint64_t i) const {
    uint64_t block =
        i / columns / blockRows * scaleColumns + i % columns / blockColumns;
    return rounded(Storage::bf16, rt::F8E4M3ToFloat(codes[i]) * scales[block]);
  }
};

TEST(PackingTest, Float8BlocksWithRaggedEdges) {
  Float8 f;
  for (Storage storage : kStorages) {
    auto valueOf = [&](uint32_t, uint64_t i) { return f.value(i); };
    PackedMatrix m{PackedLayout::panels,
                   storage,
                   f.rows,
                   f.columns,
                   {wholeRows(0, f.rows, f.columns, 0)}};
    expectPacked(m, f.plan, f.source, 1 << 20, valueOf);
    expectPacked(m, f.plan, f.source, 256, valueOf);
    PackedMatrix turned{
        PackedLayout::panels,
        storage,
        f.columns,
        50,
        {{0, f.columns, 3 * f.columns, 1, f.columns, 0, f.columns, f.columns}}};
    expectPacked(turned, f.plan, f.source, 1 << 20, valueOf);
  }
}

std::string packMessage(const PackPlan &plan, const TensorSource &source,
                        const PackedMatrix &m) {
  auto bound = bindSources(plan, source);
  if (!bound.ok())
    return std::string(bound.status().message());
  SourceReader reader(*bound);
  std::vector<char> packed(m.bytes());
  return std::string(
      packBytes(m, 0, packed.size(), reader, packed.data()).message());
}

TEST(PackingTest, W16ScalesThatAreNotFinite) {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(),
                    std::numeric_limits<float>::infinity(),
                    -std::numeric_limits<float>::infinity()}) {
    Float8 f;
    f.scales[3 * f.scaleColumns + 7] = bad;
    f.source.add("s", DType::kF32, {f.scaleRows, f.scaleColumns}, f.scales);
    PackedMatrix m{PackedLayout::panels,
                   Storage::bf16,
                   f.rows,
                   f.columns,
                   {wholeRows(0, f.rows, f.columns, 0)}};
    std::string message = packMessage(f.plan, f.source, m);
    EXPECT_NE(message.find("tensor 's'"), std::string::npos) << message;
    EXPECT_NE(message.find("at [3, 7]"), std::string::npos) << message;
  }
}

TEST(PackingTest, SourcesThatDoNotFit) {
  Float8 f;
  PackedMatrix m{PackedLayout::panels,
                 Storage::bf16,
                 f.rows,
                 f.columns,
                 {wholeRows(0, f.rows, f.columns, 0)}};
  f.source.remove("s");
  EXPECT_EQ(packMessage(f.plan, f.source, m),
            "the checkpoint lacks 1 of 1 tensors: 's'");
  f.source.add("s", DType::kF32, {f.scaleColumns, f.scaleRows}, f.scales);
  EXPECT_EQ(packMessage(f.plan, f.source, m),
            "tensor 's': found the shape [10, 18], expected [18, 10]");
  f.source.add("w", DType::kI64, {f.rows, f.columns}, f.codes);
  EXPECT_EQ(packMessage(f.plan, f.source, m),
            "tensor 'w': found the type I64, expected F8_E4M3");
  f.plan.sources[0].scales.reset();
  f.source.add("w", DType::kF8E4M3, {f.rows, f.columns}, f.codes);
  EXPECT_EQ(packMessage(f.plan, f.source, m),
            "tensor 'w': found the type F8_E4M3, expected F32, F16 or BF16");
}

TEST(PackingTest, W17ValuesThatAreNotFinite) {
  std::vector<float> data = values(64 * 2, 9);
  PackPlan plan;
  plan.sources = {{"w", {64, 2}, Storage::f32, {}}};
  auto message = [&](Storage storage, float value) {
    data[101] = value;
    MemorySource source;
    source.add("w", DType::kF32, {64, 2}, data);
    PackedMatrix m{
        PackedLayout::panels, storage, 64, 2, {wholeRows(0, 64, 2, 0)}};
    return packMessage(plan, source, m);
  };
  for (Storage storage : kStorages)
    for (float bad : {NAN, INFINITY, -INFINITY})
      EXPECT_NE(message(storage, bad).find("element 101 is not finite"),
                std::string::npos);
  // Rounds to infinity; the next does not.
  EXPECT_NE(message(Storage::f16, 65520), "");
  EXPECT_EQ(message(Storage::f16, 65519), "");
  EXPECT_EQ(message(Storage::bf16, 65520), "");
  Float8 f;
  f.codes[1000] = 0x7f;
  f.source.add("w", DType::kF8E4M3, {f.rows, f.columns}, f.codes);
  PackedMatrix m{PackedLayout::panels,
                 Storage::bf16,
                 f.rows,
                 f.columns,
                 {wholeRows(0, f.rows, f.columns, 0)}};
  EXPECT_NE(packMessage(f.plan, f.source, m).find("element 1000"),
            std::string::npos);
}

} // namespace
} // namespace fathom
