// For tests alone: a folder that is gone afterwards, and small checkpoints.
#ifndef FATHOM_RUNTIME_IO_TEST_FOLDER_H_
#define FATHOM_RUNTIME_IO_TEST_FOLDER_H_

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "runtime/io/file.h"
#include "runtime/io/safetensors.h"

namespace fathom::rt {

class TestFolder {
 public:
  TestFolder() {
    std::string path =
        (std::filesystem::temp_directory_path() / "fathom-test-XXXXXX")
            .string();
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string At(const std::string& name) const {
    return absl::StrCat(path_, "/", name);
  }
  void Write(const std::string& name, const std::string& bytes) const {
    std::ofstream(At(name), std::ios::binary) << bytes;
  }
  void Remove(const std::string& name) const {
    std::filesystem::remove_all(At(name));
  }
  void Link(const std::string& name, const std::string& target) const {
    std::filesystem::create_symlink(target, At(name));
  }
  void MakePipe(const std::string& name) const {
    EXPECT_EQ(::mkfifo(At(name).c_str(), 0600), 0);
  }
  void MakeSocket(const std::string& name) const {
    EXPECT_EQ(::mknod(At(name).c_str(), S_IFSOCK | 0600, 0), 0);
  }
  void MakeFolder(const std::string& name) const {
    std::filesystem::create_directory(At(name));
  }
  Folder Open() const {
    auto folder = Folder::Open(path_);
    EXPECT_TRUE(folder.ok()) << folder.status();
    return *std::move(folder);
  }

 private:
  std::string path_;
};

struct TestTensor {
  std::string name;
  DType dtype;
  std::vector<uint64_t> shape;
  std::string bytes;  // zeros where empty
};

inline std::string LittleEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) {
    text.push_back(static_cast<char>(value >> (8 * i)));
  }
  return text;
}

// The bytes of a safetensors file.
inline std::string Safetensors(const std::vector<TestTensor>& tensors) {
  std::string header, data;
  for (const TestTensor& tensor : tensors) {
    uint64_t bytes = DTypeBytes(tensor.dtype);
    for (uint64_t dim : tensor.shape) bytes *= dim;
    std::string values = tensor.bytes;
    values.resize(bytes);
    absl::StrAppend(&header, header.empty() ? "" : ",", "\"", tensor.name,
                    "\":{\"dtype\":\"", DTypeName(tensor.dtype),
                    "\",\"shape\":[", absl::StrJoin(tensor.shape, ","),
                    "],\"data_offsets\":[", data.size(), ",",
                    data.size() + bytes, "]}");
    data += values;
  }
  header = absl::StrCat("{", header, "}");
  return absl::StrCat(LittleEndian(header.size(), 8), header, data);
}

// The bytes of an index; pairs of tensor and shard.
inline std::string Index(
    const std::vector<std::pair<std::string, std::string>>& map) {
  std::string text;
  for (const auto& [tensor, shard] : map) {
    absl::StrAppend(&text, text.empty() ? "" : ",", "\"", tensor, "\":\"",
                    shard, "\"");
  }
  return absl::StrCat("{\"metadata\":{},\"weight_map\":{", text, "}}");
}

// A file of the source tree.
inline std::string ReadSource(const std::string& name) {
  std::ifstream file(absl::StrCat(FATHOM_SOURCE_DIR, "/", name),
                     std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_TEST_FOLDER_H_
