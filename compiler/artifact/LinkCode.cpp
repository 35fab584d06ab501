//===- LinkCode.cpp - Objects to a shared object --------------------------===//
//
// See LinkCode.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/LinkCode.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "compiler/artifact/FileOutput.h"
#include "lld/Common/Driver.h"
#include "runtime/base/status.h"
#include "runtime/io/artifact_files.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

namespace fathom {

/// What the linker says, on one line.
static std::string firstLine(const std::string &text) {
  return text.substr(0, text.find('\n'));
}

static absl::Status sync(const OutputFolder &folder) {
  FileDescriptor file(openat(folder.fd(), rt::kCodeFile, O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 || fsync(file.get()) != 0)
    return machineError("cannot write", rt::kCodeFile, errno);
  return absl::OkStatus();
}

absl::Status linkCode(const std::vector<std::string> &objects,
                      OutputFolder &folder) {
  std::vector<std::string> words = {
      "ld.lld", "-shared", "--no-undefined", "--build-id=none",
      "--hash-style=gnu", "--gc-sections", "-znoexecstack", "-znow",
      "-zseparate-code", "-zmax-page-size=4096", "--threads=1",
      // Written by write(), whose errors are seen; not through a mapping.
      "--no-mmap-output-file", "-o",
      absl::StrCat(folder.path(), "/", rt::kCodeFile)};
  std::vector<std::string> names;
  for (size_t i = 0; i < objects.size(); ++i) {
    names.push_back(absl::StrCat("object.", i, ".o"));
    FATHOM_RETURN_IF_ERROR(
        writeFile(folder.fd(), names[i], objects[i].data(), objects[i].size()));
    words.push_back(absl::StrCat(folder.path(), "/", names[i]));
  }
  std::vector<const char *> arguments;
  for (const std::string &word : words)
    arguments.push_back(word.c_str());
  std::string said;
  llvm::raw_string_ostream out(said);
  lld::Result result =
      lld::lldMain(arguments, out, out, {{lld::Gnu, &lld::elf::link}});
  for (const std::string &name : names)
    unlinkat(folder.fd(), name.c_str(), 0);
  if (result.retCode != 0) {
    // Undefined symbols are ours; all else is the disk's.
    if (said.find("undefined") != std::string::npos)
      return absl::InternalError(
          absl::StrCat("linking the code: ", firstLine(said)));
    return absl::FailedPreconditionError(
        absl::StrCat("cannot link the code: ", firstLine(said)));
  }
  return sync(folder);
}

} // namespace fathom
