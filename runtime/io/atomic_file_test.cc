#include "runtime/io/atomic_file.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace fathom::rt {
namespace {

std::string FreshFolder() {
  std::string path = testing::TempDir() + "/atomic_file_XXXXXX";
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  return path;
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

int64_t FileCount(const std::string& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

TEST(AtomicFileTest, AppearsWholeOrNotAtAll) {
  const std::string folder = FreshFolder(), path = folder + "/out";
  for (const char* old : {"", "older"}) {
    if (*old != 0) std::ofstream(path) << old;
    {
      auto file = AtomicFile::Create(path);
      ASSERT_TRUE(file.ok()) << file.status();
      ASSERT_TRUE((*file)->WriteAt(2, "cd").ok());
      EXPECT_EQ(Read(path), old);
    }
    EXPECT_EQ(FileCount(folder), *old == 0 ? 0 : 1);
    EXPECT_EQ(Read(path), old);
    auto file = AtomicFile::Create(path);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->WriteAt(2, "cd").ok());
    ASSERT_TRUE((*file)->WriteAt(0, "ab").ok());
    ASSERT_TRUE((*file)->Commit().ok());
    EXPECT_EQ(Read(path), "abcd");
    EXPECT_EQ(FileCount(folder), 1);
    std::filesystem::remove(path);
  }
}

TEST(AtomicFileTest, RefusesWhatItMustNotReplace) {
  const std::string folder = FreshFolder();
  for (const std::string& path :
       {folder, std::string("/dev/full"), folder + "/no/out",
        folder + "/" + std::string(5000, 'x')}) {
    const auto file = AtomicFile::Create(path);
    EXPECT_TRUE(absl::IsInvalidArgument(file.status())) << file.status();
  }
  EXPECT_EQ(FileCount(folder), 0);
}

}  // namespace
}  // namespace fathom::rt
