#include "runtime/io/checkpoint.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/base/peak_memory_testing.h"
#include "runtime/base/status.h"
#include "runtime/io/test_folder.h"

namespace fathom::rt {
namespace {

constexpr char kFile[] = "model.safetensors";
constexpr char kIndex[] = "model.safetensors.index.json";

std::string ErrorOf(const TestFolder& folder) {
  auto checkpoint = Checkpoint::Open(folder.Open());
  if (checkpoint.ok()) return "";
  EXPECT_EQ(ExitCode(checkpoint.status()), 1) << checkpoint.status();
  std::string error(checkpoint.status().message());
  EXPECT_FALSE(absl::StrContains(error, '\n'));
  return error;
}

// Two shards with a tensor each, and their index.
void WriteShards(const TestFolder& folder) {
  folder.Write("one", Safetensors({{"a", DType::kU8, {3}, "abc"}}));
  folder.Write("two", Safetensors({{"b", DType::kU8, {2}, "de"}}));
  folder.Write(kIndex, Index({{"a", "one"}, {"b", "two"}}));
}

TEST(CheckpointTest, FindsAndReadsTensorsOfShards) {
  TestFolder folder;
  WriteShards(folder);
  auto checkpoint = Checkpoint::Open(folder.Open());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->tensors().size(), 2u);
  EXPECT_EQ(checkpoint->Find("c"), nullptr);
  const TensorInfo* b = checkpoint->Find("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(checkpoint->files()[b->shard].path(), folder.At("two"));
  char out[1];
  ASSERT_TRUE(checkpoint->Read(*b, 1, absl::MakeSpan(out)).ok());
  EXPECT_EQ(out[0], 'e');
}

TEST(CheckpointTest, ThreadsReadAtOnce) {
  TestFolder folder;
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes.push_back(static_cast<char>(i * 7));
  folder.Write(kFile, Safetensors({{"a", DType::kU8, {4096}, bytes}}));
  auto checkpoint = Checkpoint::Open(folder.Open());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t at = 0; at < 4096; at += 64) {
        char out[64];
        bool read =
            checkpoint->Read(*checkpoint->Find("a"), at, absl::MakeSpan(out))
                .ok();
        wrong[t] += !read || bytes.compare(at, 64, out, 64) != 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(CheckpointTest, W01_TruncatedAtEveryByte) {
  TestFolder folder;
  std::string whole = Safetensors({{"a", DType::kF32, {3}, ""}});
  for (size_t bytes = 0; bytes < whole.size(); ++bytes) {
    folder.Write(kFile, whole.substr(0, bytes));
    std::string error = ErrorOf(folder);
    EXPECT_TRUE(absl::StrContains(error, folder.path())) << bytes;
    const std::string message = error.substr(error.find(kFile));
    EXPECT_TRUE(absl::StrContains(message, absl::StrCat(" ", bytes)))
        << bytes << ": " << error;
    EXPECT_TRUE(absl::StrContains(message, "expected")) << error;
  }
  folder.Write(kFile, whole);
  EXPECT_EQ(ErrorOf(folder), "");
  folder.Write(kFile, whole + "x");
  EXPECT_NE(ErrorOf(folder), "");
}

TEST(CheckpointTest, W02_HeaderLengthsAreRefusedBeforeTheyAreTaken) {
  TestFolder folder;
  for (uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, uint64_t{1} << 31, uint64_t{1} << 32,
        uint64_t{1} << 63, UINT64_MAX, uint64_t{93}}) {
    folder.Write(kFile, LittleEndian(bytes, 8) + std::string(92, ' '));
    EXPECT_TRUE(absl::StrContains(ErrorOf(folder),
                                  absl::StrCat("declares a header of ", bytes)))
        << bytes;
  }
  // File size - 8: all that follows is the header, and no byte of a tensor.
  std::string whole = Safetensors({{"a", DType::kF32, {3}, ""}});
  whole.replace(0, 8, LittleEndian(whole.size() - 8, 8));
  folder.Write(kFile, whole);
  EXPECT_TRUE(absl::StrContains(ErrorOf(folder), "its header is not JSON"))
      << ErrorOf(folder);
  whole.replace(whole.size() - 12, 12, 12, ' ');
  folder.Write(kFile, whole);
  EXPECT_TRUE(absl::StrContains(
      ErrorOf(folder),
      absl::StrCat("its tensors end at byte ", whole.size() + 12, ", expected ",
                   whole.size(), " where the file ends")))
      << ErrorOf(folder);
}

TEST(CheckpointTest, W12_MisalignedTensorsAreCopied) {
  TestFolder folder;
  folder.Write(kFile, Safetensors({{"pad", DType::kU8, {1}, "x"},
                                   {"a", DType::kF32, {1}, "\1\2\3\4"}}));
  auto checkpoint = Checkpoint::Open(folder.Open());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const TensorInfo* a = checkpoint->Find("a");
  std::string out(4, '\0');
  ASSERT_TRUE(checkpoint->Read(*a, 0, absl::MakeSpan(out)).ok());
  EXPECT_EQ(out, "\1\2\3\4");
}

TEST(CheckpointTest, W15_ShardsThatAreNotThere) {
  TestFolder folder;
  WriteShards(folder);
  folder.Remove("two");
  EXPECT_TRUE(
      absl::StrContains(ErrorOf(folder), "of which 1 is missing, 'two' first"));
  WriteShards(folder);
  EXPECT_EQ(ErrorOf(folder), "");
  folder.Write(kIndex, Index({{"a", "one"}, {"a", "two"}, {"b", "two"}}));
  EXPECT_TRUE(absl::StrContains(ErrorOf(folder), "appears twice"));
  folder.Write(kIndex, Index({{"a", "two"}, {"b", "one"}}));
  EXPECT_TRUE(absl::StrContains(ErrorOf(folder),
                                "tensor 'a' is in one, expected it in two"));
  folder.Write(kIndex, Index({{"a", "one"}, {"b", "two"}, {"c", "two"}}));
  EXPECT_TRUE(absl::StrContains(ErrorOf(folder), "'c' is in no shard"));
  folder.Write("two", Safetensors({{"b", DType::kU8, {2}, "de"},
                                   {"c", DType::kU8, {2}, "fg"}}));
  folder.Write(kIndex, Index({{"a", "one"}, {"b", "two"}}));
  EXPECT_TRUE(
      absl::StrContains(ErrorOf(folder), "'c', which the index does not list"));
  folder.Write("two", Safetensors({{"b", DType::kU8, {2}, "de"},
                                   {"a", DType::kU8, {3}, "abc"}}));
  EXPECT_TRUE(absl::StrContains(ErrorOf(folder), "expected it once"));
}

TEST(CheckpointTest, W15_ShardsThatAreNoFiles) {
  TestFolder folder, elsewhere;
  elsewhere.Write("blob", Safetensors({{"b", DType::kU8, {2}, "de"}}));
  folder.MakePipe("pipe");
  folder.MakeFolder("folder");
  folder.Link("device", "/dev/zero");
  folder.Link("to-pipe", folder.At("pipe"));
  folder.Link("to-folder", folder.At("folder"));
  folder.Link("loop", folder.At("loop"));
  folder.Link("dangling", folder.At("nothing"));
  folder.MakeSocket("socket");
  folder.Link("hub", elsewhere.At("blob"));
  const std::string name = "', expected one without '/', not '..', of 1 to";
  const std::string file = ", expected a regular file or a link to one";
  const std::pair<std::string, std::string> kCases[] = {
      {"../two",
       absl::StrCat(folder.path(), ": found the file name '../two", name)},
      {elsewhere.At("blob"),
       absl::StrCat("found the file name '", elsewhere.At("blob"), name)},
      {"folder/two", "found the file name 'folder/two" + name},
      {"..", "found the file name '.." + name},
      {".", "found the file name '." + name},
      {"", "found the file name '" + name},
      {"pipe", folder.At("pipe") + ": is a pipe" + file},
      {"folder", folder.At("folder") + ": is a folder" + file},
      {"device", folder.At("device") + ": is a device" + file},
      {"to-pipe", folder.At("to-pipe") + ": is a pipe" + file},
      {"to-folder", folder.At("to-folder") + ": is a folder" + file},
      {"socket", folder.At("socket") + ": is a socket" + file},
      {"loop", folder.At("loop") + ": cannot open: Too many levels"},
      {"dangling", folder.At("dangling") + ": is a link to a file that is not"},
  };
  for (const auto& [shard, words] : kCases) {
    folder.Write(kIndex, Index({{"b", shard}}));
    EXPECT_TRUE(absl::StrContains(ErrorOf(folder), words))
        << shard << ": " << ErrorOf(folder);
  }
  // Caches of the hub are made of links.
  folder.Write(kIndex, Index({{"b", "hub"}}));
  EXPECT_EQ(ErrorOf(folder), "");
}

TEST(CheckpointTest, W15_AMillionShards) {
  std::vector<std::pair<std::string, std::string>> map;
  for (size_t i = 0; i < kShardsMax; ++i) {
    map.emplace_back(absl::StrCat("t", i), absl::StrCat("s", i));
  }
  EXPECT_TRUE(ParseCheckpointIndex(Index(map), "index").ok());
  map.emplace_back("t", "s");
  EXPECT_TRUE(absl::StrContains(
      ParseCheckpointIndex(Index(map), "index").status().message(),
      "more than 512 shards"));
  std::string many = "{\"weight_map\":{\"t\":\"s\"";
  for (int i = 0; i < 262144; ++i) {
    absl::StrAppend(&many, ",\"t", i, "\":\"s", i, "\"");
  }
  // Refused by their number, before a file is opened.
  EXPECT_EQ(ParseCheckpointIndex(many + "}}", "index").status().message(),
            "index: lists 262145 tensors, expected 1 to 262144");
  for (int i = 262144; i < 1000000; ++i) {
    absl::StrAppend(&many, ",\"t", i, "\":\"s", i, "\"");
  }
  many += "}}";
  EXPECT_EQ(ParseCheckpointIndex(many, "index").status().message(),
            "index: column 10263514: found value 1048577, expected at most "
            "1048576 with the keys");
  const int64_t growth =
      PeakGrowthBytes([&] { (void)ParseCheckpointIndex(many, "index"); });
  EXPECT_GE(growth, 0);
  EXPECT_LT(growth, int64_t{4} << 20);
}

TEST(CheckpointTest, W15_IndexesOfTheWrongForm) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "not JSON: column 1: found the end, expected a value"},
      {"[]", "the top level is an array, expected an object"},
      {"{}", "key 'weight_map' is missing, expected it there"},
      {"{\"weight_map\":[]}",
       "key 'weight_map' is an array, expected an object"},
      {"{\"weight_map\":{}}", "lists 0 tensors, expected 1 to 262144"},
      {"{\"weight_map\":{\"a\":1}}",
       "key 'weight_map.a' is 1, expected a string"},
      {"{\"weight_map\":{\"a\":null}}",
       "key 'weight_map.a' is null, expected a string"},
      {"{\"weight_map\":{\"a\":\"s\",\"\\u0061\":\"s\"}}",
       "key 'a' appears twice, expected once"},
      {"{\"weight_map\":{\"a\":\"s\"},\"extra\":1}",
       "key 'extra' is 1, expected metadata and weight_map alone"},
      {"{\"weight_map\":{\"a\":\"s\"}} x",
       "not JSON: column 26: found 'x', expected the end"},
  };
  TestFolder folder;
  for (const auto& [json, words] : kCases) {
    folder.Write(kIndex, json);
    EXPECT_EQ(ErrorOf(folder), absl::StrCat(folder.At(kIndex), ": ", words));
  }
  EXPECT_TRUE(ParseCheckpointIndex("{\"weight_map\":{\"a\":\"s\"}}", "i").ok());
}

TEST(CheckpointTest, W20_SaysWhatAFileLooksLike) {
  TestFolder folder;
  const std::pair<std::string, const char*> kFiles[] = {
      {std::string(4096, '\0'), "; this begins with zeros"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
       "; this is a git-lfs pointer"},
      {std::string("\x80\x02}q\0X", 6) + std::string(60, 'x'),
       "; this looks like a pickle"},
      {std::string("PK\3\4\24\0\0\0\10\0", 10) + std::string(60, 'x'),
       "; this is a ZIP archive"},
      {std::string("GGUF\3\0\0\0\1\0\0\0\0\0\0\0", 16) + std::string(60, 'x'),
       "; this is a GGUF file"},
      {"<!DOCTYPE html><html><body>404</body></html>",
       "; this looks like an HTML page"},
      {"\n<html><body>404</body></html>", "; this looks like an HTML page"},
  };
  for (const auto& [bytes, expected] : kFiles) {
    folder.Write(kFile, bytes);
    std::string error = ErrorOf(folder);
    EXPECT_TRUE(absl::StrContains(error, expected)) << error;
  }
}

TEST(CheckpointTest, W22_NamesAreShownEscapedAndCut) {
  TestFolder folder;
  folder.Write(kIndex, Index({{"a", "\\u001b[31m\\n\\u0007"}}));
  std::string error = ErrorOf(folder);
  EXPECT_TRUE(absl::StrContains(error, "\\x1b[31m\\n")) << error;
  folder.Write(kIndex, Index({{"a", std::string(1 << 20, 'a')}}));
  EXPECT_LT(ErrorOf(folder).size(), 500u);
  folder.Write("one", Safetensors({{"a", DType::kU8, {1}, "a"}}));
  folder.Write(kIndex, Index({{"a", "one"}, {"\\n\\u001b", "one"}}));
  EXPECT_TRUE(absl::StrContains(ErrorOf(folder), "'\\n\\x1b' is in no shard"));
}

// As transformers chooses, and said: an index that is left over is not read.
TEST(CheckpointTest, OneFileWinsOverAnIndex) {
  TestFolder folder;
  folder.Write(kFile, Safetensors({{"a", DType::kU8, {1}, "a"}}));
  EXPECT_TRUE(Checkpoint::Open(folder.Open())->notes().empty());
  folder.Write(kIndex, Index({{"b", "lost"}}));
  auto checkpoint = Checkpoint::Open(folder.Open());
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_NE(checkpoint->Find("a"), nullptr);
  ASSERT_EQ(checkpoint->notes().size(), 1u);
  EXPECT_EQ(
      checkpoint->notes()[0],
      absl::StrCat(folder.path(), ": ", kIndex,
                   " and its shards are not read, as ", kFile, " is there"));
}

TEST(CheckpointTest, AFolderHoldsOneCheckpoint) {
  TestFolder folder;
  EXPECT_EQ(ErrorOf(folder),
            absl::StrCat(folder.path(), ": holds neither ", kFile, " nor ",
                         kIndex, ", expected one of them"));
}

}  // namespace
}  // namespace fathom::rt
