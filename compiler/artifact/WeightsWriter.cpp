//===- WeightsWriter.cpp - Writes weights.safetensors ---------------------===//
//
// See WeightsWriter.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/WeightsWriter.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include "compiler/artifact/FileOutput.h"
#include "compiler/artifact/Packing.h"
#include "compiler/artifact/SourceReader.h"
#include "runtime/base/status.h"
#include "runtime/io/digest.h"

namespace fathom {

static constexpr size_t kDigestBytes = sizeof(rt::BlockDigest);

namespace {

/// What the threads share.
class BlockWriter {
public:
  BlockWriter(const BoundSources &sources, WrittenWeights &written, int fd,
              const std::string &name, const ProgressFunction &progress)
      : sources(sources), plan(*sources.plan), written(written), fd(fd),
        name(name), progress(progress) {
    uint64_t bytes = written.layout.bytes;
    blocks = (bytes + kWeightsBlockBytes - 1) / kWeightsBlockBytes;
    written.blockDigests.resize(blocks * kDigestBytes);
  }

  void work() {
    SourceReader reader(sources);
    std::vector<char> block(kWeightsBlockBytes);
    while (!failed.load(std::memory_order_relaxed)) {
      uint64_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= blocks)
        return;
      absl::Status status = writeBlock(index, reader, block);
      std::lock_guard<std::mutex> lock(mutex);
      if (status.ok())
        report(index);
      else
        fail(index, std::move(status));
    }
  }

  const absl::Status &result() const { return firstError; }
  uint64_t blockCount() const { return blocks; }

private:
  absl::Status writeBlock(uint64_t index, SourceReader &reader,
                          std::vector<char> &block);
  absl::Status fill(uint64_t begin, uint64_t end, SourceReader &reader,
                    char *out);

  /// The error that a single thread would have met first.
  void fail(uint64_t index, absl::Status status) {
    failed.store(true, std::memory_order_relaxed);
    if (!firstError.ok() && errorBlock < index)
      return;
    firstError = std::move(status);
    errorBlock = index;
  }

  void report(uint64_t index) {
    if (!progress)
      return;
    const std::vector<uint64_t> &offsets = written.layout.offsets;
    done += std::min(kWeightsBlockBytes,
                     written.layout.bytes - index * kWeightsBlockBytes);
    uint64_t weights = std::upper_bound(offsets.begin(), offsets.end(), done) -
                       offsets.begin();
    progress({done, written.layout.bytes, weights, offsets.size()});
  }

  const BoundSources &sources;
  const PackPlan &plan;
  WrittenWeights &written;
  int fd;
  const std::string &name;
  const ProgressFunction &progress;
  uint64_t blocks;
  std::atomic<uint64_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  uint64_t done = 0;
  absl::Status firstError;
  uint64_t errorBlock = 0;
};

absl::Status BlockWriter::writeBlock(uint64_t index, SourceReader &reader,
                                     std::vector<char> &block) {
  uint64_t begin = index * kWeightsBlockBytes;
  uint64_t end = std::min(begin + kWeightsBlockBytes, written.layout.bytes);
  FATHOM_RETURN_IF_ERROR(fill(begin, end, reader, block.data()));
  rt::BlockDigest digest =
      rt::Xxh3(absl::string_view(block.data(), end - begin));
  std::copy(digest.begin(), digest.end(),
            written.blockDigests.begin() + index * kDigestBytes);
  return writeAt(fd, name, begin, block.data(), end - begin);
}

absl::Status BlockWriter::fill(uint64_t begin, uint64_t end,
                               SourceReader &reader, char *out) {
  const WeightsLayout &layout = written.layout;
  std::memset(out, 0, end - begin);
  if (begin < layout.header.size())
    std::memcpy(out, layout.header.data() + begin,
                std::min(end, layout.header.size()) - begin);
  // From the last entry that begins at or before the block.
  size_t first =
      std::upper_bound(layout.offsets.begin(), layout.offsets.end(), begin) -
      layout.offsets.begin();
  for (size_t i = first > 0 ? first - 1 : 0;
       i < plan.weights.size() && layout.offsets[i] < end; ++i)
    for (const PackedMember &member : plan.weights[i].members) {
      uint64_t start = layout.offsets[i] + member.offset;
      uint64_t from = std::max(begin, start);
      uint64_t to = std::min(end, start + member.matrix.bytes());
      if (from < to)
        FATHOM_RETURN_IF_ERROR(packBytes(member.matrix, from - start,
                                         to - start, reader,
                                         out + (from - begin)));
    }
  return absl::OkStatus();
}

unsigned threadCount(unsigned wanted, uint64_t blocks) {
  unsigned machine = std::max(1u, std::thread::hardware_concurrency());
  unsigned count = std::min(wanted == 0 ? machine : wanted, kPackThreadsMax);
  return static_cast<unsigned>(std::min<uint64_t>(count, blocks));
}

/// Takes the room at once, so that a full disk is met at the start.
absl::Status reserve(int fd, const std::string &name, uint64_t bytes) {
  int error = 0;
  do {
    error = posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  } while (error == EINTR);
  if (error == 0 || error == EOPNOTSUPP || error == EINVAL)
    return absl::OkStatus();
  return machineError("cannot write", name, error);
}

} // namespace

absl::StatusOr<WrittenWeights> writeWeights(const PackPlan &plan,
                                            const TensorSource &source, int fd,
                                            const std::string &name,
                                            unsigned threads,
                                            const ProgressFunction &progress) {
  FATHOM_RETURN_IF_ERROR(checkPlan(plan));
  FATHOM_ASSIGN_OR_RETURN(BoundSources sources, bindSources(plan, source));
  WrittenWeights written;
  FATHOM_ASSIGN_OR_RETURN(written.layout, layOutWeights(plan));
  FATHOM_RETURN_IF_ERROR(reserve(fd, name, written.layout.bytes));

  BlockWriter writer(sources, written, fd, name, progress);
  // This thread works too, so that none at all is needed.
  std::vector<std::thread> helpers;
  unsigned count = threadCount(threads, writer.blockCount());
  try {
    for (unsigned i = 1; i < count; ++i)
      helpers.emplace_back([&writer] { writer.work(); });
  } catch (const std::system_error &) {
    // The machine gives no more threads: those there are do the work.
  }
  writer.work();
  for (std::thread &helper : helpers)
    helper.join();
  FATHOM_RETURN_IF_ERROR(writer.result());
  if (fsync(fd) != 0)
    return machineError("cannot write", name, errno);
  return written;
}

} // namespace fathom
