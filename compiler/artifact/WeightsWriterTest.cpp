//===- WeightsWriterTest.cpp - The weights file as a whole ----------------===//
//
// The file is valid safetensors that tiles, and the same for any thread count.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/WeightsWriter.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "absl/strings/str_cat.h"
#include "compiler/artifact/FileOutput.h"
#include "compiler/artifact/RandomSource.h"
#include "runtime/io/safetensors.h"
#include "gtest/gtest.h"

namespace fathom {
namespace {

/// A few layers with every kind of entry, of some 20 MB.
PackPlan somePlan() {
  PackPlan plan;
  auto source = [&](const std::string &name, std::vector<uint64_t> shape) {
    plan.sources.push_back({name, std::move(shape), Storage::bf16, {}});
    return static_cast<uint32_t>(plan.sources.size() - 1);
  };
  auto whole = [&](uint32_t s, uint64_t rows, uint64_t columns) {
    return Piece{s, rows, 0, columns, 1, 0, rows, rows};
  };
  uint32_t embed = source("embed", {3000, 500});
  plan.weights.push_back({"embed",
                          -1,
                          0,
                          {{0,
                            {PackedLayout::rows,
                             Storage::bf16,
                             3000,
                             500,
                             {whole(embed, 3000, 500)}}}}});
  for (int32_t layer = 0; layer < 3; ++layer) {
    std::string prefix = absl::StrCat("layers.", layer, ".");
    uint32_t norm = source(prefix + "norm.weight", {500});
    plan.weights.push_back({prefix + "norm",
                            layer,
                            0,
                            {{0,
                              {PackedLayout::vector,
                               Storage::f32,
                               500,
                               1,
                               {{norm, 500, 0, 1, 0, 0, 500, 500}}}}}});
    uint32_t up = source(prefix + "up", {1000, 500});
    uint32_t down = source(prefix + "down", {500, 1000});
    PackedMatrix first{
        PackedLayout::panels, Storage::bf16, 1000, 500, {whole(up, 1000, 500)}};
    PackedMatrix second{PackedLayout::panels,
                        Storage::bf16,
                        500,
                        1000,
                        {whole(down, 500, 1000)}};
    plan.weights.push_back(
        {prefix + "expert.0", layer, 1, {{0, first}, {first.bytes(), second}}});
    PackedMatrix wide{
        PackedLayout::panels, Storage::f32, 1000, 500, {whole(up, 1000, 500)}};
    plan.weights.push_back({prefix + "up", layer, 2, {{0, wide}}});
  }
  return plan;
}

struct Written {
  std::string bytes;
  WrittenWeights weights;
};

Written write(const PackPlan &plan, const TensorSource &source,
              unsigned threads) {
  FileDescriptor file(memfd_create("weights", MFD_CLOEXEC));
  auto written =
      writeWeights(plan, source, file.get(), "weights", threads, nullptr);
  EXPECT_TRUE(written.ok()) << written.status();
  struct stat about;
  fstat(file.get(), &about);
  std::string bytes(static_cast<size_t>(about.st_size), '\0');
  EXPECT_EQ(pread(file.get(), bytes.data(), bytes.size(), 0),
            static_cast<ssize_t>(bytes.size()));
  return {bytes, *std::move(written)};
}

TEST(WeightsWriterTest, IsASafetensorsFileThatTiles) {
  PackPlan plan = somePlan();
  Written file = write(plan, RandomSource(plan, 1), 2);
  ASSERT_EQ(file.bytes.size(), file.weights.layout.bytes);
  auto header = rt::ReadSafetensorsHeaderBytes(
      absl::string_view(file.bytes).substr(0, 64), file.bytes.size(), "w");
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ((8 + *header) % 4096, 0u);
  auto tensors = rt::ParseSafetensorsHeader(
      absl::string_view(file.bytes).substr(8, *header), file.bytes.size(), "w");
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  size_t weight = 0;
  for (const rt::TensorInfo &tensor : *tensors) {
    if (tensor.name.rfind("padding.", 0) == 0) {
      EXPECT_LT(tensor.end_bytes - tensor.begin_bytes, 4096u);
      continue;
    }
    ASSERT_LT(weight, plan.weights.size());
    EXPECT_EQ(tensor.name, plan.weights[weight].name);
    EXPECT_EQ(tensor.begin_bytes, file.weights.layout.offsets[weight]);
    EXPECT_EQ(tensor.begin_bytes % plan.weights[weight].alignment(), 0u);
    EXPECT_EQ(tensor.end_bytes - tensor.begin_bytes,
              plan.weights[weight].bytes());
    ++weight;
  }
  EXPECT_EQ(weight, plan.weights.size());
  EXPECT_EQ((*tensors)[0].dtype, rt::DType::kBF16);
  EXPECT_EQ((*tensors)[0].shape, (std::vector<uint64_t>{3000, 500}));
}

TEST(WeightsWriterTest, SameBytesForAnyThreadCount) {
  PackPlan plan = somePlan();
  RandomSource source(plan, 7);
  Written one = write(plan, source, 1);
  for (unsigned threads : {0u, 2u, 3u, 16u}) {
    Written other = write(plan, source, threads);
    EXPECT_TRUE(one.bytes == other.bytes) << threads;
    EXPECT_EQ(one.weights.blockDigests, other.weights.blockDigests);
  }
  Written reseeded = write(plan, RandomSource(plan, 8), 2);
  EXPECT_FALSE(one.bytes == reseeded.bytes);
}

TEST(WeightsWriterTest, DigestsCoverEveryBlock) {
  PackPlan plan = somePlan();
  Written file = write(plan, RandomSource(plan, 1), 2);
  const std::vector<uint8_t> &digests = file.weights.blockDigests;
  uint64_t blocks =
      (file.bytes.size() + kWeightsBlockBytes - 1) / kWeightsBlockBytes;
  ASSERT_EQ(digests.size(), blocks * 16);
  ASSERT_GT(blocks, 3u);
  for (uint64_t b = 0; b < blocks; ++b) {
    uint64_t begin = b * kWeightsBlockBytes;
    rt::BlockDigest digest = rt::Xxh3(absl::string_view(
        &file.bytes[begin],
        std::min(kWeightsBlockBytes, file.bytes.size() - begin)));
    EXPECT_EQ(std::memcmp(digest.data(), &digests[b * 16], 16), 0) << b;
  }
}

TEST(WeightsWriterTest, RandomNormsAreNearOne) {
  PackPlan plan = somePlan();
  Written file = write(plan, RandomSource(plan, 1), 1);
  const float *norm = reinterpret_cast<const float *>(
      &file.bytes[file.weights.layout.offsets[1]]);
  double sum = 0;
  for (int i = 0; i < 500; ++i) {
    EXPECT_NEAR(norm[i], 1.f, 0.04f);
    sum += norm[i];
  }
  EXPECT_NEAR(sum / 500, 1, 0.005);
}

TEST(WeightsWriterTest, ReportsProgressUpToTheEnd) {
  PackPlan plan = somePlan();
  FileDescriptor file(memfd_create("weights", MFD_CLOEXEC));
  uint64_t last = 0;
  PackProgress end{};
  auto written = writeWeights(plan, RandomSource(plan, 1), file.get(), "w", 2,
                              [&](const PackProgress &progress) {
                                EXPECT_GT(progress.bytesDone, last);
                                last = progress.bytesDone;
                                end = progress;
                              });
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(end.bytesDone, written->layout.bytes);
  EXPECT_EQ(end.weightsDone, plan.weights.size());
}

TEST(WeightsWriterTest, AFullDiskIsTheMachinesFault) {
  PackPlan plan = somePlan();
  FileDescriptor file(open("/dev/full", O_WRONLY));
  auto written =
      writeWeights(plan, RandomSource(plan, 1), file.get(), "w", 2, nullptr);
  EXPECT_EQ(written.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(WeightsWriterTest, AFailingReadEndsAllThreads) {
  class Failing : public RandomSource {
  public:
    using RandomSource::RandomSource;
    absl::Status read(const FoundTensor &tensor, uint64_t offset,
                      uint64_t count, char *out) const override {
      if (tensor.shape == std::vector<uint64_t>{500, 1000})
        return absl::DataLossError("planted");
      return RandomSource::read(tensor, offset, count, out);
    }
  };
  PackPlan plan = somePlan();
  FileDescriptor file(memfd_create("weights", MFD_CLOEXEC));
  auto written =
      writeWeights(plan, Failing(plan, 1), file.get(), "w", 4, nullptr);
  EXPECT_EQ(written.status(), absl::DataLossError("planted"));
}

TEST(WeightsWriterTest, RefusesAPlanThatLeavesItsSources) {
  PackPlan plan = somePlan();
  plan.weights[2].members[0].matrix.pieces[0].offset = 1;
  FileDescriptor file(memfd_create("weights", MFD_CLOEXEC));
  auto written =
      writeWeights(plan, RandomSource(plan, 1), file.get(), "w", 1, nullptr);
  EXPECT_EQ(written.status().code(), absl::StatusCode::kInternal);
}

} // namespace
} // namespace fathom
