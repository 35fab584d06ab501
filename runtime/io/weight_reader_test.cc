#include "runtime/io/weight_reader.h"

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "runtime/io/half.h"
#include "runtime/io/test_folder.h"

namespace fathom::rt {
namespace {

std::string Floats(const std::vector<float>& values) {
  std::string bytes;
  for (float value : values) {
    bytes += LittleEndian(std::bit_cast<uint32_t>(value), 4);
  }
  return bytes;
}

class WeightReaderTest : public testing::Test {
 protected:
  const Checkpoint& Load(const std::vector<TestTensor>& tensors) {
    folder_.Write("model.safetensors", Safetensors(tensors));
    auto checkpoint = Checkpoint::Open(folder_.Open());
    EXPECT_TRUE(checkpoint.ok()) << checkpoint.status();
    checkpoint_.emplace(*std::move(checkpoint));
    return *checkpoint_;
  }

  // A matrix of 3 x 5 codes in blocks of 2 x 3, with `scales`.
  absl::StatusOr<std::vector<float>> ReadBlocks(
      const std::vector<float>& scales) {
    std::string codes;
    for (uint8_t i = 0; i < 15; ++i) codes.push_back(static_cast<char>(48 + i));
    Load({{"s", DType::kF32, {2, 2}, Floats(scales)},
          {"w", DType::kF8E4M3, {3, 5}, codes}});
    auto reader = WeightReader::OpenBlocks(
        *checkpoint_, *checkpoint_->Find("w"), *checkpoint_->Find("s"), 2, 3);
    if (!reader.ok()) return reader.status();
    std::vector<float> values(15);
    absl::Status status = reader->ReadRows(0, absl::MakeSpan(values));
    if (!status.ok()) return status;
    return values;
  }

  TestFolder folder_;
  std::optional<Checkpoint> checkpoint_;
};

TEST_F(WeightReaderTest, WidensEachType) {
  const Checkpoint& checkpoint =
      Load({{"a", DType::kBF16, {2, 2}, LittleEndian(0x40003f80c0403f00, 8)},
            {"b", DType::kF16, {2}, LittleEndian(0x40003c00, 4)},
            {"c", DType::kF32, {3, 1}, Floats({1, 2.5, -3})}});
  auto a = WeightReader::Open(checkpoint, *checkpoint.Find("a"));
  ASSERT_TRUE(a.ok()) << a.status();
  std::vector<float> out(2);
  ASSERT_TRUE(a->ReadRows(1, absl::MakeSpan(out)).ok());
  EXPECT_EQ(out, (std::vector<float>{1, 2}));
  auto b = WeightReader::Open(checkpoint, *checkpoint.Find("b"));
  ASSERT_TRUE(b->ReadRows(0, absl::MakeSpan(out)).ok());
  EXPECT_EQ(out, (std::vector<float>{1, 2}));
  auto c = WeightReader::Open(checkpoint, *checkpoint.Find("c"));
  EXPECT_EQ(c->rows(), 3u);
  ASSERT_TRUE(c->ReadRows(1, absl::MakeSpan(out)).ok());
  EXPECT_EQ(out, (std::vector<float>{2.5, -3}));
}

TEST_F(WeightReaderTest, BlocksAreScaledAndRoundedToBf16) {
  auto values = ReadBlocks({1.01f, 2.03f, 0.5f, -3.3f});
  ASSERT_TRUE(values.ok()) << values.status();
  const float kScales[2][2] = {{1.01f, 2.03f}, {0.5f, -3.3f}};
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 5; ++column) {
      auto code = static_cast<uint8_t>(48 + row * 5 + column);
      float scaled = F8E4M3ToFloat(code) * kScales[row / 2][column / 3];
      EXPECT_EQ((*values)[row * 5 + column], Bf16ToFloat(FloatToBf16(scaled)))
          << row << ", " << column;
    }
  }
}

TEST_F(WeightReaderTest, W11_OtherTypesAreRefused) {
  const Checkpoint& checkpoint = Load({{"f", DType::kF8E4M3, {2, 2}, ""},
                                       {"i", DType::kI64, {2}, ""},
                                       {"s", DType::kF32, {1, 1}, ""},
                                       {"r", DType::kF32, {1, 1, 1}, ""},
                                       {"w", DType::kBF16, {2, 2}, ""}});
  const std::pair<const char*, const char*> kCases[] = {
      {"f", "tensor 'f' is of F8_E4M3, expected BF16, F16 or F32"},
      {"i", "tensor 'i' is of I64, expected BF16, F16 or F32"},
      {"r", "tensor 'r' has rank 3, expected a vector or a matrix"}};
  for (const auto& [name, words] : kCases) {
    const absl::Status status =
        WeightReader::Open(checkpoint, *checkpoint.Find(name)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::EndsWith(status.message(), words)) << status;
  }
  EXPECT_TRUE(absl::StrContains(
      WeightReader::OpenBlocks(checkpoint, *checkpoint.Find("w"),
                               *checkpoint.Find("s"), 128, 128)
          .status()
          .message(),
      "is of BF16 and rank 2, expected a matrix of F8_E4M3"));
}

TEST_F(WeightReaderTest, W16_ScalesThatAreNotFinite) {
  for (float bad : {std::numeric_limits<float>::quiet_NaN(),
                    std::numeric_limits<float>::infinity(),
                    -std::numeric_limits<float>::infinity()}) {
    auto values = ReadBlocks({1, 2, bad, 4});
    EXPECT_EQ(values.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(values.status().message(), "tensor 's' is "));
    EXPECT_TRUE(absl::StrContains(values.status().message(), " at index 2"))
        << values.status();
  }
}

// 0, negative and subnormal scales are what the checkpoint says.
TEST_F(WeightReaderTest, W16_ScalesTakenAsTheyStand) {
  auto values = ReadBlocks({0, -2, 1e-40f, 4});
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ((*values)[0], 0.0f);
  EXPECT_EQ((*values)[3], -2 * F8E4M3ToFloat(51));
  EXPECT_EQ((*values)[10],
            Bf16ToFloat(FloatToBf16(F8E4M3ToFloat(58) * 1e-40f)));
}

TEST_F(WeightReaderTest, W16_ScalesOfAnotherShape) {
  const Checkpoint& checkpoint =
      Load({{"s", DType::kF32, {1, 2}, ""}, {"w", DType::kF8E4M3, {3, 5}, ""}});
  EXPECT_TRUE(absl::StrContains(
      WeightReader::OpenBlocks(checkpoint, *checkpoint.Find("w"),
                               *checkpoint.Find("s"), 2, 3)
          .status()
          .message(),
      "is of F32 [1, 2], expected F32, BF16, F16, F8_E8M0 or U8 [2, 2]"));
}

TEST_F(WeightReaderTest, W17_WeightsThatAreNotFinite) {
  const Checkpoint& checkpoint =
      Load({{"a", DType::kBF16, {2, 2}, LittleEndian(0x7fc0000000000000, 8)},
            {"s", DType::kF32, {1, 1}, Floats({1})},
            {"w", DType::kF8E4M3, {1, 2}, "\x01\x7f"}});
  auto a = WeightReader::Open(checkpoint, *checkpoint.Find("a"));
  std::vector<float> out(2);
  EXPECT_TRUE(a->ReadRows(0, absl::MakeSpan(out)).ok());
  EXPECT_TRUE(absl::StrContains(
      a->ReadRows(1, absl::MakeSpan(out)).message(),
      "tensor 'a' is nan at index 3, expected finite values"));
  auto w = WeightReader::OpenBlocks(checkpoint, *checkpoint.Find("w"),
                                    *checkpoint.Find("s"), 128, 128);
  EXPECT_TRUE(
      absl::StrContains(w->ReadRows(0, absl::MakeSpan(out)).message(),
                        "tensor 'w' is nan at index 1, expected finite"));
}

}  // namespace
}  // namespace fathom::rt
