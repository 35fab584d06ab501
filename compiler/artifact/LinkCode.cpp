//===- LinkCode.cpp - Objects to a shared object --------------------------===//
//
// The linker takes paths, so it gets those of descriptors. It writes into a
// pipe: to a regular file it would write through a mapping, where a full disk
// is a signal and not an error.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/LinkCode.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/artifact/FileOutput.h"
#include "lld/Common/Driver.h"
#include "runtime/base/status.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

namespace fathom {

/// What the linker says, on one line.
static std::string firstLine(const std::string &text) {
  return text.substr(0, text.find('\n'));
}

/// Whether the linker did not get from the machine what it asked for. Whatever
/// else it finds fault with, it finds in objects of Fathom's own.
static bool isOfMachine(const std::string &line) {
  return absl::StrContains(line, "cannot open ") ||
         absl::StrContains(line, "failed to write output ");
}

static std::string pathOf(const FileDescriptor &descriptor) {
  return absl::StrCat("/proc/self/fd/", descriptor.get());
}

static absl::StatusOr<FileDescriptor> inMemory(const std::string &bytes) {
  std::string name = "object code in memory";
  FileDescriptor file(memfd_create("object", MFD_CLOEXEC));
  if (file.get() < 0)
    return machineError("cannot create", name, errno);
  // A limit on files counts here, too.
  FATHOM_RETURN_IF_ERROR(
      writeAt(file.get(), name, 0, bytes.data(), bytes.size()));
  return file;
}

namespace {
/// Reads all that comes out of a pipe, until its other end is closed. A thread
/// by hand: one that cannot be had is an error, and there are no exceptions.
class PipeReader {
public:
  explicit PipeReader(int fd) : fd(fd) {}
  absl::Status start() {
    int error = pthread_create(&thread, nullptr, run, this);
    return error == 0 ? absl::OkStatus()
                      : machineError("cannot start", "a thread", error);
  }
  std::string finish() {
    pthread_join(thread, nullptr);
    return std::move(all);
  }

private:
  static void *run(void *self) {
    static_cast<PipeReader *>(self)->read();
    return nullptr;
  }
  void read() {
    char piece[65536];
    while (true) {
      ssize_t count = ::read(fd, piece, sizeof piece);
      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0)
        return;
      all.append(piece, static_cast<size_t>(count));
    }
  }

  int fd;
  pthread_t thread{};
  std::string all;
};
} // namespace

static lld::Result runLinker(const std::vector<std::string> &words,
                             std::string &said) {
  std::vector<const char *> arguments;
  for (const std::string &word : words)
    arguments.push_back(word.c_str());
  llvm::raw_string_ostream out(said);
  return lld::lldMain(arguments, out, out, {{lld::Gnu, &lld::elf::link}});
}

absl::StatusOr<std::string> linkCode(const std::vector<std::string> &objects) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return machineError("cannot make", "a pipe", errno);
  FileDescriptor out(ends[0]), in(ends[1]);
  std::vector<std::string> words = {"ld.lld",
                                    "-shared",
                                    "--no-undefined",
                                    "--build-id=none",
                                    "--gc-sections",
                                    "--hash-style=gnu",
                                    "--threads=1",
                                    "-znoexecstack",
                                    "-znow",
                                    "-zseparate-code",
                                    "-zmax-page-size=4096",
                                    "-o",
                                    pathOf(in)};
  std::vector<FileDescriptor> files;
  for (const std::string &object : objects) {
    FATHOM_ASSIGN_OR_RETURN(FileDescriptor file, inMemory(object));
    words.push_back(pathOf(file));
    files.push_back(std::move(file));
  }
  PipeReader reader(out.get());
  FATHOM_RETURN_IF_ERROR(reader.start());
  std::string said;
  lld::Result result = runLinker(words, said);
  in.close();
  std::string code = reader.finish();
  if (result.retCode == 0 && !code.empty())
    return code;
  std::string line = firstLine(said);
  std::string message = absl::StrCat("linking the code: ", line);
  return isOfMachine(line) ? absl::FailedPreconditionError(message)
                           : absl::InternalError(message);
}

} // namespace fathom
