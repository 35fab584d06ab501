#include "runtime/io/file.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "runtime/base/status.h"
#include "runtime/io/test_folder.h"

namespace fathom::rt {
namespace {

TEST(FileTest, ReadsAtOffsets) {
  TestFolder folder;
  folder.Write("a", "0123456789");
  auto file = folder.Open().OpenFile("a");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->bytes(), 10u);
  EXPECT_EQ(*file->ReadAll(10), "0123456789");
  char out[4];
  ASSERT_TRUE(file->ReadAt(3, absl::MakeSpan(out)).ok());
  EXPECT_EQ(std::string(out, 4), "3456");
  absl::Status past = file->ReadAt(8, absl::MakeSpan(out));
  EXPECT_EQ(past.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(past.message(),
                                "ends at byte 10, expected 2 bytes more"))
      << past;
  EXPECT_FALSE(file->ReadAll(9).ok());
}

TEST(FileTest, W15_OnlyRegularFilesAndLinksToThem) {
  TestFolder folder, elsewhere;
  elsewhere.Write("blob", "bytes");
  folder.Link("link", elsewhere.At("blob"));
  folder.MakePipe("pipe");
  folder.MakeFolder("folder");
  folder.Link("pipe-link", folder.At("pipe"));
  folder.Link("device-link", "/dev/zero");
  folder.Link("folder-link", folder.At("folder"));
  folder.Link("loop", folder.At("loop"));
  folder.Link("dangling", folder.At("nothing"));
  Folder open = folder.Open();
  auto linked = open.OpenFile("link");
  ASSERT_TRUE(linked.ok()) << linked.status();
  EXPECT_EQ(*linked->ReadAll(100), "bytes");
  for (const char* name : {"pipe", "folder", "pipe-link", "device-link",
                           "folder-link", "loop", "dangling", "absent"}) {
    auto file = open.OpenFile(name);
    EXPECT_EQ(ExitCode(file.status()), 1) << name << ": " << file.status();
  }
  EXPECT_TRUE(absl::StrContains(open.OpenFile("pipe").status().message(),
                                "is a pipe, expected a regular file"));
  EXPECT_TRUE(absl::StrContains(open.OpenFile("dangling").status().message(),
                                "is a link to a file that is not there"));
  EXPECT_FALSE(File::Open("/dev/null").ok());
}

TEST(FileTest, W15_NamesStayInTheFolder) {
  TestFolder folder;
  folder.MakeFolder("inner");
  folder.Write("a", "x");
  auto inner = Folder::Open(folder.At("inner"));
  ASSERT_TRUE(inner.ok());
  for (const std::string& name :
       {std::string("../a"), std::string(".."), std::string("."), std::string(),
        folder.At("a"), std::string("a/b"), std::string("a\0b", 3),
        std::string(256, 'a')}) {
    auto file = inner->OpenFile(name);
    EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_FALSE(inner->Has(name));
  }
}

TEST(FileTest, AFolderIsOpenedOnce) {
  TestFolder folder;
  folder.MakeFolder("model");
  folder.Write("model/a", "old");
  auto open = Folder::Open(folder.At("model"));
  ASSERT_TRUE(open.ok());
  std::filesystem::rename(folder.At("model"), folder.At("older"));
  folder.MakeFolder("model");
  folder.Write("model/a", "new");
  EXPECT_EQ(*open->OpenFile("a")->ReadAll(10), "old");
  EXPECT_FALSE(Folder::Open(folder.At("model/a")).ok());
  EXPECT_FALSE(Folder::Open(folder.At("absent")).ok());
}

}  // namespace
}  // namespace fathom::rt
