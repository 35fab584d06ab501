#include "runtime/io/artifact_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

std::string FreshFolder() {
  std::string path = testing::TempDir() + "/artifact_files_XXXXXX";
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  return path;
}

void Write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(ArtifactFilesTest, ReadsAndMapsWhatLiesThere) {
  const std::string path = FreshFolder();
  Write(path + "/a", "0123456789");
  auto folder = ArtifactFolder::Open(path);
  ASSERT_TRUE(folder.ok()) << folder.status();
  auto file = folder->OpenFile("a");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*file->ReadAll(10), "0123456789");
  EXPECT_TRUE(absl::IsInvalidArgument(file->ReadAll(9).status()));
  char part[3] = {};
  EXPECT_TRUE(file->Read(7, part, 3).ok());
  EXPECT_EQ(std::string(part, 3), "789");
  EXPECT_TRUE(absl::IsDataLoss(file->Read(8, part, 3)));
  auto mapping = file->Map();
  ASSERT_TRUE(mapping.ok());
  EXPECT_EQ(std::string(mapping->data(), mapping->bytes()), "0123456789");
}

// The folder that was opened stays the one that is read.
TEST(ArtifactFilesTest, A8KeepsToTheFolderThatWasOpened) {
  const std::string path = FreshFolder();
  Write(path + "/a", "old");
  auto folder = ArtifactFolder::Open(path);
  ASSERT_TRUE(folder.ok());
  std::filesystem::rename(path, path + "-old");
  std::filesystem::create_directory(path);
  Write(path + "/a", "new");
  EXPECT_EQ(*folder->OpenFile("a")->ReadAll(10), "old");
}

TEST(ArtifactFilesTest, RefusesWhatIsNoFileOfTheFolder) {
  const std::string path = FreshFolder();
  EXPECT_TRUE(absl::IsNotFound(ArtifactFolder::Open(path + "/no").status()));
  Write(path + "/a", "x");
  EXPECT_TRUE(absl::IsNotFound(ArtifactFolder::Open(path + "/a").status()));
  auto folder = ArtifactFolder::Open(path);
  ASSERT_TRUE(folder.ok());
  EXPECT_TRUE(absl::IsNotFound(folder->OpenFile("b").status()));
  std::filesystem::create_symlink(path + "/a", path + "/link");
  EXPECT_TRUE(absl::IsInvalidArgument(folder->OpenFile("link").status()));
  std::filesystem::create_directory(path + "/sub");
  EXPECT_TRUE(absl::IsInvalidArgument(folder->OpenFile("sub").status()));
  ASSERT_EQ(mkfifo((path + "/pipe").c_str(), 0600), 0);
  EXPECT_TRUE(absl::IsInvalidArgument(folder->OpenFile("pipe").status()));
}

TEST(ArtifactFilesTest, MemoryIsZeroedAlignedAndRefusedInWords) {
  for (size_t bytes :
       {size_t{1}, size_t{5000}, (size_t{2} << 20) + 1, size_t{9} << 20}) {
    auto memory = OwnedMapping::Zeroed(bytes, "a test");
    ASSERT_TRUE(memory.ok());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory->data()) % 4096, 0u);
    for (size_t at = 0; at < bytes; at += 4096) {
      EXPECT_EQ(memory->data()[at], 0);
    }
    memory->data()[bytes - 1] = 1;
  }
  for (size_t bytes : {SIZE_MAX, SIZE_MAX / 2}) {
    auto memory = OwnedMapping::Zeroed(bytes, "the cache");
    ASSERT_TRUE(absl::IsResourceExhausted(memory.status()));
    EXPECT_NE(memory.status().message().find("the cache"),
              std::string_view::npos);
  }
}

}  // namespace
}  // namespace fathom::rt
