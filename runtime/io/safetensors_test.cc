#include "runtime/io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

std::string Entry(const std::string& name, const std::string& shape,
                  const std::string& range, const std::string& dtype = "F32") {
  return absl::StrCat("\"", name, R"(":{"dtype":")", dtype, R"(","shape":[)",
                      shape, R"(],"data_offsets":[)", range, "]}");
}

// The message for a header over `data_bytes` of data; empty when accepted.
std::string ErrorOf(const std::string& json, uint64_t data_bytes) {
  auto tensors =
      ParseSafetensorsHeader(json, 8 + json.size() + data_bytes, "m");
  return std::string(tensors.status().message());
}

// Whether `error` is one line that holds `words`.
testing::AssertionResult Says(const std::string& error,
                              const std::string& words) {
  if (absl::StrContains(error, words) && !absl::StrContains(error, '\n')) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "no '" << words << "' in: " << error;
}

std::string LengthError(uint64_t declared, uint64_t file_bytes) {
  std::string start;
  for (int i = 0; i < 8; ++i) start += static_cast<char>(declared >> (8 * i));
  auto bytes = ReadSafetensorsHeaderBytes(
      absl::string_view(start).substr(0, file_bytes), file_bytes, "m");
  return std::string(bytes.status().message());
}

TEST(SafetensorsTest, TensorsComeInTheOrderOfTheirBytes) {
  std::string json = "{\"__metadata__\":{\"a\":\"b\"}," +
                     Entry("b", "2", "4,12") + "," + Entry("a", "", "0,4") +
                     "," + Entry("e", "0,3", "4,4") + "}";
  auto tensors = ParseSafetensorsHeader(json, 8 + json.size() + 12, "m");
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 3u);
  EXPECT_EQ((*tensors)[0].name, "a");
  EXPECT_EQ((*tensors)[1].name, "e");
  EXPECT_EQ((*tensors)[2].begin_bytes, 8 + json.size() + 4);
}

TEST(SafetensorsTest, W01_TruncatedFiles) {
  std::string json = "{" + Entry("a", "2", "0,8") + "}";
  EXPECT_EQ(ErrorOf(json, 8), "");
  for (uint64_t bytes : {0, 1, 7})
    EXPECT_TRUE(Says(ErrorOf(json, bytes), "where the file ends"));
  for (uint64_t bytes : {0, 1, 7, 8, 9})
    EXPECT_TRUE(Says(LengthError(2, bytes), "expected"));
  EXPECT_EQ(LengthError(2, 10), "");
}

TEST(SafetensorsTest, W02_HeaderLengths) {
  for (uint64_t bytes : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 31,
                         uint64_t{1} << 32, uint64_t{1} << 63, UINT64_MAX}) {
    EXPECT_TRUE(Says(LengthError(bytes, uint64_t{1} << 40),
                     "declares a header of " + std::to_string(bytes) +
                         " bytes, expected 2 to "));
  }
  EXPECT_EQ(LengthError(92, 100), "");
  EXPECT_TRUE(Says(LengthError(93, 100),
                   "declares a header of 93 bytes, expected 2 to 92"));
  uint64_t most = kSafetensorsHeaderBytesMax;
  EXPECT_EQ(LengthError(most, uint64_t{1} << 40), "");
  EXPECT_NE(LengthError(most + 1, uint64_t{1} << 40), "");
}

TEST(SafetensorsTest, W03_HeadersThatAreNotOneObject) {
  for (const char* json : {"[]", "{}{}", "{} x", "{/**/}", "\xef\xbb\xbf{}",
                           "{\"\xff\":1}", "{\"a\":NaN}"}) {
    EXPECT_NE(ErrorOf(json, 0), "") << json;
  }
  EXPECT_EQ(ErrorOf("{}", 0), "");
}

TEST(SafetensorsTest, W04_DeepNesting) {
  auto nested = [](int depth) {
    return "{\"a\":" + std::string(depth - 1, '[') +
           std::string(depth - 1, ']') + "}";
  };
  EXPECT_FALSE(Says(ErrorOf(nested(32), 0), "nested"));
  for (int depth : {33, 10000, 10000000}) {
    EXPECT_TRUE(Says(ErrorOf(nested(depth), 0), "nested deeper than 32"));
  }
}

TEST(SafetensorsTest, W05_DuplicateNames) {
  std::string json =
      "{" + Entry("a", "1", "0,4") + "," + Entry("\\u0061", "1", "4,8") + "}";
  EXPECT_EQ(ErrorOf(json, 8), "m: key 'a' is there twice, expected once");
}

TEST(SafetensorsTest, W06_OverlapAndHoles) {
  std::string a = "{" + Entry("a", "2", "0,8") + ",";
  EXPECT_EQ(ErrorOf(a + Entry("b", "2", "8,16") + "}", 16), "");
  EXPECT_TRUE(Says(ErrorOf(a + Entry("b", "2", "0,8") + "}", 8), " ends"));
  EXPECT_TRUE(Says(ErrorOf(a + Entry("b", "2", "4,12") + "}", 12), " ends"));
  EXPECT_TRUE(Says(ErrorOf(a + Entry("b", "2", "9,17") + "}", 17), " ends"));
  EXPECT_TRUE(Says(ErrorOf(a + Entry("b", "2", "8,16") + "}", 17), " ends"));
}

TEST(SafetensorsTest, W07_OffsetsThatAreNotWholeNumbers) {
  for (const char* range :
       {"4,0", "-4,0", "0,4.0", "0,4e0", "0,04", "0", "0,4,4", "0,\"4\""}) {
    EXPECT_NE(ErrorOf("{" + Entry("a", "1", range) + "}", 4), "") << range;
  }
  std::string digits(400, '9');
  EXPECT_NE(ErrorOf("{" + Entry("a", "1", "0," + digits) + "}", 4), "");
}

TEST(SafetensorsTest, W08_OffsetsThatWrap) {
  EXPECT_TRUE(absl::StrContains(
      ErrorOf("{" +
                  Entry("a", "1", "18446744073709551611,18446744073709551615") +
                  "}",
              4),
      "wraps"));
}

TEST(SafetensorsTest, W09_Shapes) {
  // 4 bytes each of 2^62 + 1 values wrap to the range's 4.
  EXPECT_TRUE(absl::StrContains(
      ErrorOf("{" + Entry("a", "4611686018427387905", "0,4") + "}", 4),
      "64 bits"));
  for (const char* shape :
       {"9223372036854775808", "1,1,1,1,1,1,1,1,1", "-1", "1.0"}) {
    EXPECT_NE(ErrorOf("{" + Entry("a", shape, "0,4") + "}", 4), "") << shape;
  }
  EXPECT_EQ(ErrorOf("{" + Entry("a", "1,1,1,1,1,1,1,1", "0,4") + "}", 4), "");
}

TEST(SafetensorsTest, W10_RangeAgainstShape) {
  EXPECT_TRUE(Says(ErrorOf("{" + Entry("a", "1", "0,3") + "}", 3),
                   "expected 4 bytes by its shape and dtype"));
  EXPECT_TRUE(Says(ErrorOf("{" + Entry("a", "1", "0,5") + "}", 5),
                   "expected 4 bytes by its shape and dtype"));
}

TEST(SafetensorsTest, W11_UnknownDTypes) {
  EXPECT_TRUE(Says(ErrorOf("{" + Entry("a", "1", "0,4", "f32") + "}", 4),
                   "is \"f32\", expected a dtype of safetensors"));
  EXPECT_TRUE(Says(ErrorOf("{" + Entry("a", "1", "0,4", "Q4") + "}", 4),
                   "is \"Q4\", expected a dtype of safetensors"));
  EXPECT_EQ(ErrorOf("{" + Entry("a", "4", "0,4", "F8_E4M3") + "}", 4), "");
}

TEST(SafetensorsTest, W20_SaysWhatTheFileLooksLike) {
  for (const char* start : {"version https://git-lfs", "GGUF\3\0\0\0\1\1\1\1",
                            "<!DOCTYPE html>", "PK\3\4........"}) {
    // Twelve bytes at least, past the NULs of some.
    size_t size = std::max<size_t>(std::strlen(start), 12);
    auto bytes = ReadSafetensorsHeaderBytes({start, size}, 100, "m");
    EXPECT_TRUE(absl::StrContains(bytes.status().message(), "; this "));
  }
}

TEST(SafetensorsTest, W21_ManyTensors) {
  std::string json = "{";
  for (int i = 0; i < 100000; ++i) {
    if (i > 0) json += ",";
    json +=
        Entry(absl::StrCat("t", i), "1", absl::StrCat(4 * i, ",", 4 * i + 4));
  }
  EXPECT_EQ(ErrorOf(json + "}", 400000), "");
}

TEST(SafetensorsTest, W22_NamesAreShownOnOneLine) {
  std::string error = ErrorOf("{" + Entry("a\\n", "1", "0,3") + "}", 3);
  EXPECT_TRUE(absl::StartsWith(error, "m: tensor 'a\\n' ")) << error;
  std::string most(kSafetensorsNameBytesMax, 'a');
  EXPECT_EQ(ErrorOf("{" + Entry(most, "1", "0,4") + "}", 4), "");
  EXPECT_NE(ErrorOf("{" + Entry(most + "a", "1", "0,4") + "}", 4), "");
}

}  // namespace
}  // namespace fathom::rt
