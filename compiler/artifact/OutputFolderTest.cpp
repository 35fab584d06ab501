//===- OutputFolderTest.cpp - Whole or not at all -----------------------===//
//
// What stands at the target and beside it, after commits, failures and deaths.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/OutputFolder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "runtime/io/artifact_files.h"
#include "gtest/gtest.h"

namespace fathom {
namespace {

class OutputFolderTest : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "fathom-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root = pattern;
    target = root + "/m.fathom";
  }
  void TearDown() override {
    if (!root.empty())
      ASSERT_EQ(std::system(("rm -rf '" + root + "'").c_str()), 0);
  }

  std::set<std::string> names(const std::string &path) const {
    std::set<std::string> result;
    DIR *stream = opendir(path.c_str());
    while (dirent *entry = stream ? readdir(stream) : nullptr)
      result.insert(entry->d_name);
    if (stream)
      closedir(stream);
    result.erase(".");
    result.erase("..");
    return result;
  }
  std::string manifest() const {
    std::ifstream in(target + "/manifest.bin");
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  void fill(OutputFolder &folder, const std::string &text) const {
    for (const char *file :
         {rt::kCodeFile, rt::kWeightsFile, rt::kManifestFile})
      ASSERT_TRUE(writeFile(folder.fd(), file, folder.pathOf(file), text.data(),
                            text.size())
                      .ok());
  }
  void commit(const std::string &text) const {
    auto folder = OutputFolder::create(target);
    ASSERT_TRUE(folder.ok()) << folder.status();
    fill(**folder, text);
    absl::Status status = (*folder)->commit();
    ASSERT_TRUE(status.ok()) << status;
  }

  std::string root, target;
};

TEST_F(OutputFolderTest, AppearsWhole) {
  {
    auto folder = OutputFolder::create(target);
    ASSERT_TRUE(folder.ok());
    fill(**folder, "one");
    EXPECT_EQ(names(root).count("m.fathom"), 0u);
    ASSERT_TRUE((*folder)->commit().ok());
    EXPECT_EQ(manifest(), "one");
  }
  EXPECT_EQ(names(root), std::set<std::string>{"m.fathom"});
  EXPECT_EQ(names(target), (std::set<std::string>{"manifest.bin", "model.so",
                                                  "weights.safetensors"}));
}

TEST_F(OutputFolderTest, ReplacesAnOlderOneAndKeepsItsOpenFiles) {
  commit("old");
  int open_old = open(target.c_str(), O_RDONLY | O_DIRECTORY);
  int file = openat(open_old, "manifest.bin", O_RDONLY);
  commit("new");
  EXPECT_EQ(manifest(), "new");
  EXPECT_EQ(names(root), std::set<std::string>{"m.fathom"});
  char text[4] = "";
  EXPECT_EQ(read(file, text, 3), 3);
  EXPECT_STREQ(text, "old");
  close(file);
  close(open_old);
}

TEST_F(OutputFolderTest, LeavesTheOldOneWhereNothingIsCommitted) {
  commit("old");
  {
    auto folder = OutputFolder::create(target + "/");
    ASSERT_TRUE(folder.ok());
    fill(**folder, "new");
  }
  EXPECT_EQ(manifest(), "old");
  EXPECT_EQ(names(root), std::set<std::string>{"m.fathom"});
}

TEST_F(OutputFolderTest, RemovesWhatDeadRunsLeft) {
  pid_t child = fork();
  if (child == 0) {
    auto folder = OutputFolder::create(target);
    if (!folder.ok())
      _exit(1);
    fill(**folder, "dead");
    _exit(0); // Without the destructor, as by SIGKILL.
  }
  int state = 0;
  waitpid(child, &state, 0);
  ASSERT_EQ(state, 0);
  ASSERT_EQ(names(root).size(), 1u);
  commit("alive");
  EXPECT_EQ(names(root), std::set<std::string>{"m.fathom"});
}

TEST_F(OutputFolderTest, LeavesTheFoldersOfLiveRuns) {
  auto first = OutputFolder::create(target);
  ASSERT_TRUE(first.ok());
  fill(**first, "first");
  commit("second");
  EXPECT_EQ(names(root).size(), 2u);
  ASSERT_TRUE((*first)->commit().ok());
  EXPECT_EQ(manifest(), "first");
  EXPECT_EQ(names(root), std::set<std::string>{"m.fathom"});
}

TEST_F(OutputFolderTest, RefusesToReplaceAnythingElse) {
  auto refusal = [&] {
    auto folder = OutputFolder::create(target);
    return folder.ok() ? "" : std::string(folder.status().message());
  };
  std::ofstream(target) << "a file";
  EXPECT_NE(refusal().find("found something that is not a folder"),
            std::string::npos);
  unlink(target.c_str());
  ASSERT_EQ(symlink(root.c_str(), target.c_str()), 0);
  EXPECT_NE(refusal().find("found something that is not a folder"),
            std::string::npos);
  unlink(target.c_str());
  ASSERT_EQ(mkdir(target.c_str(), 0777), 0);
  EXPECT_EQ(refusal(), "");
  std::ofstream(target + "/model.so") << "x";
  EXPECT_NE(refusal().find("found a folder without manifest.bin"),
            std::string::npos);
  std::ofstream(target + "/manifest.bin") << "x";
  EXPECT_EQ(refusal(), "");
  std::ofstream(target + "/thesis.txt") << "x";
  EXPECT_NE(refusal().find("'thesis.txt'"), std::string::npos);
}

TEST_F(OutputFolderTest, K5RefusesImpossibleNames) {
  auto code = [](const std::string &name) {
    return OutputFolder::create(name).status().code();
  };
  EXPECT_EQ(code(""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("/"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(root + "/.."), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(root + "/" + std::string(256, 'a')),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(root + "/missing/a"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(std::string(5000, 'a') + "/b"),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("/proc/a"), absl::StatusCode::kFailedPrecondition);
}

} // namespace
} // namespace fathom
