#include "runtime/io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/peak_memory_testing.h"

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

// What is refused takes hardly any memory besides the text.
void ExpectFlatMemory(const std::string& json) {
  const int64_t growth =
      PeakGrowthBytes([&] { EXPECT_NE(ErrorOf(json, 0), ""); });
  EXPECT_GE(growth, 0);
  EXPECT_LT(growth, int64_t{4} << 20);
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
  // As long as the file allows: then it must declare no bytes of tensors.
  EXPECT_EQ(LengthError(92, 100), "");
  std::string json = "{" + Entry("a", "1", "0,4") + "}";
  EXPECT_EQ(LengthError(json.size(), 8 + json.size()), "");
  EXPECT_EQ(
      ErrorOf(json, 0),
      absl::StrCat("m: its tensors end at byte ", 12 + json.size(),
                   ", expected ", 8 + json.size(), " where the file ends"));
  EXPECT_EQ(ErrorOf("{" + Entry("a", "0", "0,0") + "}", 0), "");
  EXPECT_TRUE(Says(LengthError(93, 100),
                   "declares a header of 93 bytes, expected 2 to 92"));
  uint64_t most = kSafetensorsHeaderBytesMax;
  EXPECT_EQ(LengthError(most, uint64_t{1} << 40), "");
  EXPECT_NE(LengthError(most + 1, uint64_t{1} << 40), "");
}

TEST(SafetensorsTest, W03_HeadersThatAreNotOneObject) {
  const std::pair<absl::string_view, const char*> kCases[] = {
      {"[]", "m: the top level is an array, expected an object"},
      {"{}{}", "column 3: found '{', expected the end"},
      {"{} x", "column 4: found 'x', expected the end"},
      {"{/**/}", "column 2: found '/', expected a key"},
      {"\xef\xbb\xbf{}", "column 1: found '\\xef\\xbb\\xbf', expected a value"},
      {"{\"\xff\":1}", "expected UTF-8"},
      {{"{}\0", 3}, "column 3: found '\\x00', expected the end"},
      {{"{\"\0\":1}", 7}, "found '\\x00', expected it escaped"},
      {{"\0\0\0\0", 4}, "column 1: found '\\x00', expected a value"},
      {"{\"__metadata__\":{\"a\":NaN}}", "found 'NaN', expected a value"},
      {"{\"a\":NaN}", "found 'NaN', expected a value"},
  };
  for (const auto& [json, words] : kCases) {
    EXPECT_TRUE(Says(ErrorOf(std::string(json), 0), words)) << json;
  }
  EXPECT_EQ(ErrorOf("{}", 0), "");
  // Where a number is allowed, and anywhere in the entry.
  const std::string entry = "{" + Entry("a", "1", "0,4") + "}";
  for (const char* number : {"[1]", "[0,4]"}) {
    std::string json = entry;
    json.replace(json.find(number) + 1, 1, "NaN");
    EXPECT_TRUE(Says(ErrorOf(json, 4), "found 'NaN', expected a value"));
  }
  for (size_t at = 0; at <= entry.size(); ++at) {
    std::string json = entry;
    json.insert(at, 1, '\0');
    EXPECT_TRUE(Says(ErrorOf(json, 4), "m: its header is not JSON: column "))
        << at;
    EXPECT_TRUE(Says(ErrorOf(json, 4), "found '\\x00', expected ")) << at;
  }
}

TEST(SafetensorsTest, W04_DeepNesting) {
  auto nested = [](int depth) {
    return "{\"a\":" + std::string(depth - 1, '[') +
           std::string(depth - 1, ']') + "}";
  };
  EXPECT_FALSE(Says(ErrorOf(nested(32), 0), "nested"));
  for (int depth : {33, 10000, 10000000}) {
    const std::string json = nested(depth);
    EXPECT_TRUE(Says(ErrorOf(json, 0), "nested deeper than 32"));
    ExpectFlatMemory(json);
  }
}

// As many values as 262,144 tensors have, and then one more.
TEST(SafetensorsTest, G0_ManyValuesAreRefusedInFlatMemory) {
  std::string json = "{";
  for (int i = 0; i < 900000; ++i) {
    absl::StrAppend(
        &json, i > 0 ? "," : "",
        Entry(absl::StrCat("t", i), "1", absl::StrCat(4 * i, ",", 4 * i + 4)));
  }
  json += "}";
  EXPECT_TRUE(Says(ErrorOf(json, 3600000),
                   ": found value 4194305, expected at most 4194304 with the "
                   "keys"));
  ExpectFlatMemory(json);
}

TEST(SafetensorsTest, W05_DuplicateNames) {
  std::string json =
      "{" + Entry("a", "1", "0,4") + "," + Entry("\\u0061", "1", "4,8") + "}";
  EXPECT_EQ(ErrorOf(json, 8), "m: key 'a' appears twice, expected once");
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
  const std::string whole = ", expected a whole number from 0 to ";
  const std::string digits(400, '9');
  const std::pair<std::string, std::string> kCases[] = {
      {"4,0", "tensor 'a' lies at [4, 0), expected 4 bytes"},
      {"-4,0", "key 'a.data_offsets[0]' is -4" + whole},
      {"-0,-4", "key 'a.data_offsets[1]' is -4" + whole},
      {"0,4.0", "key 'a.data_offsets[1]' is 4.0" + whole},
      {"0,3.5", "key 'a.data_offsets[1]' is 3.5" + whole},
      {"0,4e0", "key 'a.data_offsets[1]' is 4.0" + whole},
      {"0,1e3", "key 'a.data_offsets[1]' is 1000.0" + whole},
      {"0,04", "header is not JSON: column 52: found '4', expected ',' or ']'"},
      {"0", "key 'a.data_offsets' is an array, expected two offsets"},
      {"", "key 'a.data_offsets' is an array, expected two offsets"},
      {"0,4,4", "key 'a.data_offsets' is an array, expected two offsets"},
      {"0,\"4\"", "key 'a.data_offsets[1]' is \"4\"" + whole},
      {"0,null", "key 'a.data_offsets[1]' is null" + whole},
      {"0," + digits, "key 'a.data_offsets[1]' is 9999"},
      {"0,-" + digits, "key 'a.data_offsets[1]' is -9999"},
  };
  for (const auto& [range, words] : kCases) {
    std::string error = ErrorOf("{" + Entry("a", "1", range) + "}", 4);
    EXPECT_TRUE(Says(error, words)) << range;
    EXPECT_LT(error.size(), 300u);
  }
}

TEST(SafetensorsTest, W08_OffsetsThatWrap) {
  const uint64_t half = uint64_t{1} << 63;
  for (uint64_t end : {half - 1, half, half + 3, UINT64_MAX}) {
    std::string range = absl::StrCat(end - 4, ",", end);
    std::string json = "{" + Entry("a", "1", range) + "}";
    std::string error = ErrorOf(json, 4);
    // The place in the file wraps, or it is after the file's end.
    EXPECT_TRUE(Says(error, end == UINT64_MAX
                                ? "m: tensor 'a' ends at 18446744073709551615 "
                                  "of the data, expected an end in 64 bits"
                                : absl::StrCat(", expected ", 8 + json.size(),
                                               " where the one before")))
        << end;
    // A whole file that would have to be as long.
    EXPECT_NE(ErrorOf("{" +
                          Entry("a", absl::StrCat(end),
                                "0," + absl::StrCat(end), "U8") +
                          "}",
                      4),
              "");
  }
  // Two ranges that meet only where sums wrap.
  EXPECT_TRUE(Says(
      ErrorOf(
          "{" +
              Entry("a", "9223372036854775807", "0,9223372036854775807", "U8") +
              "," +
              Entry("b", "9223372036854775807",
                    "9223372036854775807,18446744073709551614", "U8") +
              "}",
          4),
      "ends at 18446744073709551614 of the data, expected an end in 64 bits"));
  EXPECT_TRUE(
      Says(ErrorOf("{" + Entry("a", "1", "18446744073709551616,4") + "}", 4),
           "key 'a.data_offsets[0]' is 18446744073709551616, expected "));
}

TEST(SafetensorsTest, W09_Shapes) {
  // 4 bytes each of 2^62 + 1 values wrap to the range's 4.
  EXPECT_TRUE(absl::StrContains(
      ErrorOf("{" + Entry("a", "4611686018427387905", "0,4") + "}", 4),
      "64 bits"));
  const std::string whole =
      ", expected a whole number from 0 to 9223372036854775807";
  const std::pair<const char*, std::string> kCases[] = {
      {"9223372036854775808",
       "key 'a.shape[0]' is 9223372036854775808" + whole},
      {"9223372036854775807", "a shape whose bytes do not fit 64 bits"},
      {"1,1,1,1,1,1,1,1,1", "tensor 'a' has rank 9, expected at most 8"},
      {"-1", "key 'a.shape[0]' is -1" + whole},
      {"1.0", "key 'a.shape[0]' is 1.0" + whole},
      {"0", "tensor 'a' lies at [0, 4), expected 0 bytes"},
      {"2", "tensor 'a' lies at [0, 4), expected 8 bytes"},
  };
  for (const auto& [shape, words] : kCases) {
    EXPECT_TRUE(Says(ErrorOf("{" + Entry("a", shape, "0,4") + "}", 4), words))
        << shape;
  }
  // A scalar.
  EXPECT_EQ(ErrorOf("{" + Entry("a", "", "0,4") + "}", 4), "");
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
  EXPECT_TRUE(Says(ErrorOf("{" + Entry(most + "a", "1", "0,4") + "}", 4),
                   absl::StrCat("aaa' has a name of ", most.size() + 1,
                                " bytes, expected 1 to ", most.size())));
  error = ErrorOf("{" + Entry(std::string(1 << 20, 'a'), "1", "0,4") + "}", 4);
  EXPECT_TRUE(Says(error, "has a name of 1048576 bytes, expected 1 to "));
  EXPECT_LT(error.size(), 300u);
}

}  // namespace
}  // namespace fathom::rt
