// The loader against artifacts that are not as they should be; tests carry the
// numbers of the faults that they stand for.
#include "runtime/model/artifact.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/io/digest.h"
#include "runtime/testing/fake_artifact.h"

namespace fathom::rt {
namespace {

ThreadPool& Pool() {
  static auto* pool = ThreadPool::Create(2)->release();
  return *pool;
}

// For tests that load thousands of times.
ThreadPool& OneThread() {
  static auto* pool = ThreadPool::Create(1)->release();
  return *pool;
}

absl::Status LoadStatus(const std::string& folder,
                        const ArtifactOptions& options = {},
                        ThreadPool& pool = Pool()) {
  return Artifact::Load(folder, options, pool).status();
}

// One line that holds `words`.
void ExpectRefused(const absl::Status& status, absl::StatusCode code,
                   const std::vector<std::string>& words) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_FALSE(absl::StrContains(status.message(), '\n')) << status;
  for (const std::string& word : words) {
    EXPECT_TRUE(absl::StrContains(status.message(), word))
        << "no '" << word << "' in: " << status;
  }
}

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kOther = absl::StatusCode::kFailedPrecondition;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

TEST(ArtifactTest, LoadsWholeOnes) {
  const std::string folder = FakeArtifact().Write();
  for (Placement placement : {Placement::kMapped, Placement::kHuge}) {
    ArtifactOptions options;
    options.placement = placement;
    auto artifact = Artifact::Load(folder, options, Pool());
    ASSERT_TRUE(artifact.ok()) << artifact.status();
    EXPECT_EQ((*artifact)->level().name()->str(), "plain");
    EXPECT_EQ((*artifact)->placement(), placement);
    const auto* head =
        static_cast<const float*>((*artifact)->weights().globals()[0]);
    EXPECT_EQ(head[1], 0.375f);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(head) % 64, 0u);
    EXPECT_EQ(
        static_cast<const float*>((*artifact)->weights().layers()[1][0])[1],
        -0.25f);
    EXPECT_EQ((*artifact)->read_probe()(head, 0), 0u);
  }
}

// Many blocks, more than threads, the last one short.
TEST(ArtifactTest, LoadsWeightsOfManyBlocks) {
  FakeArtifact fake;
  const size_t header = fake.weights.size() - 3 * 64;
  std::string json = fake.weights.substr(8, header - 8);
  fake.weights.append(5 * 4096 + 100, 'x');
  for (Placement placement : {Placement::kMapped, Placement::kHuge}) {
    ArtifactOptions options;
    options.placement = placement;
    const std::string folder = fake.Write();
    EXPECT_TRUE(LoadStatus(folder, options).ok());
    for (size_t at : {size_t{4096}, fake.weights.size() - 1}) {
      std::string changed = fake.weights;
      changed[at] ^= 4;
      WriteBytes(folder + "/weights.safetensors", changed);
      ExpectRefused(LoadStatus(folder, options), kDataLoss,
                    {"weights.safetensors: the bytes from ",
                     absl::StrCat(at / 4096 * 4096, " to ")});
    }
  }
}

TEST(ArtifactTest, A1TruncatedExtendedAndEmptyFilesAreRefused) {
  const std::string folder = FakeArtifact().Write();
  for (const char* name : {kManifestFile, kCodeFile, kWeightsFile}) {
    const std::string path = folder + "/" + name;
    const std::string whole = ReadBytes(path);
    std::vector<size_t> sizes = {0, 1, 7, 8, 9, 31, 32, 33, whole.size() - 1};
    for (size_t at = 100; at < whole.size(); at += whole.size() / 7) {
      sizes.push_back(at);
    }
    for (size_t size : sizes) {
      WriteBytes(path, whole.substr(0, size));
      const absl::Status status = LoadStatus(folder);
      EXPECT_TRUE(absl::IsDataLoss(status) || absl::IsInvalidArgument(status))
          << name << " of " << size << ": " << status;
      // One line: the file, what it has, what was expected.
      EXPECT_TRUE(absl::StartsWith(status.message(), name)) << status;
      EXPECT_TRUE(absl::StrContains(status.message(), "expected")) << status;
      EXPECT_FALSE(absl::StrContains(status.message(), '\n')) << status;
    }
    WriteBytes(path, whole + '\0');
    ExpectRefused(LoadStatus(folder), kDataLoss, {name, "expected"});
    std::filesystem::remove(path);
    ExpectRefused(LoadStatus(folder), absl::StatusCode::kNotFound, {name});
    WriteBytes(path, whole);
    EXPECT_TRUE(LoadStatus(folder).ok());
  }
}

TEST(ArtifactTest, A1NoFlippedBitIsTaken) {
  const std::string folder = FakeArtifact().Write();
  std::mt19937 random(1);
  for (const char* name : {kManifestFile, kCodeFile, kWeightsFile}) {
    const std::string path = folder + "/" + name;
    const std::string whole = ReadBytes(path);
    for (int i = 0; i < 10'000 / 3 + 1; ++i) {
      std::string changed = whole;
      const size_t bit = random() % (whole.size() * 8);
      changed[bit / 8] = char(changed[bit / 8] ^ (1 << bit % 8));
      WriteBytes(path, changed);
      const absl::Status status = LoadStatus(folder, {}, OneThread());
      ASSERT_FALSE(status.ok()) << name << " bit " << bit;
      // The length before a safetensors header is read before its digest.
      ASSERT_TRUE(absl::IsDataLoss(status) ||
                  (name == kWeightsFile && absl::IsInvalidArgument(status)))
          << name << " bit " << bit << ": " << status;
    }
    WriteBytes(path, whole);
  }
  EXPECT_TRUE(LoadStatus(folder).ok());
}

TEST(ArtifactTest, A1VersionsMagicAndEndiannessAreNamed) {
  for (int32_t change : {-1, 1}) {
    FakeArtifact fake;
    fake.manifest.abi_version = FATHOM_ABI_VERSION + uint32_t(change);
    ExpectRefused(LoadStatus(fake.Write()), kOther,
                  {absl::StrCat("version ", fake.manifest.abi_version),
                   absl::StrCat("expected ", FATHOM_ABI_VERSION),
                   change > 0 ? "a newer Fathom" : "an older Fathom",
                   "compile the model again"});
  }
  const FakeArtifact fake;
  const std::string folder = FakeArtifact().Write();
  const std::string sealed = ReadBytes(folder + "/manifest.bin");
  std::string body(*WithoutDigest(sealed, ""));
  std::string wrong_magic = body;
  wrong_magic[5] = 'X';
  WriteBytes(folder + "/manifest.bin", WithDigest(wrong_magic));
  ExpectRefused(LoadStatus(folder), kOther, {"'FXHM'", "'FTHM'"});
  std::string swapped = body;
  std::swap(swapped[0], swapped[3]);
  std::swap(swapped[1], swapped[2]);
  WriteBytes(folder + "/manifest.bin", WithDigest(swapped));
  ExpectRefused(LoadStatus(folder), kOther, {"little endian"});
}

// Random changes that carry a right digest: what the verifier takes is still
// safe to walk, and the loader ends in words.
TEST(ArtifactTest, A2DamagedManifestsUnderARightDigestAreSafe) {
  const std::string folder = FakeArtifact().Write();
  const std::string path = folder + "/manifest.bin";
  const std::string body(*WithoutDigest(ReadBytes(path), ""));
  std::mt19937 random(2);
  int refused = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string changed = body;
    const int changes = 1 + int(random() % 4);
    for (int k = 0; k < changes; ++k) {
      changed[random() % changed.size()] =
          random() % 2 ? char(random()) : char(0xff);
    }
    WriteBytes(path, WithDigest(changed));
    refused += LoadStatus(folder, {}, OneThread()).ok() ? 0 : 1;
  }
  EXPECT_GT(refused, 1000);
}

// The verifier's own limits: a vector that says it is longer than the file,
// an offset beyond it, and more tables than it counts.
TEST(ArtifactTest, A2TheVerifierBounds) {
  FakeArtifact fake;
  fake.Seal();
  auto add_tables = [&](uint32_t up_to) {
    auto& phases = fake.manifest.phases;
    while (phases.size() < up_to) {
      phases.push_back(std::make_unique<fathom::schema::PhaseT>());
      phases.back()->name = "p";
    }
    ExpectRefused(LoadStatus(fake.Write()), kInvalid, {"not a manifest"});
  };
  add_tables(65'536);  // and some others
  add_tables(1'000'000);
  const std::string folder = FakeArtifact().Write();
  const std::string path = folder + "/manifest.bin";
  std::string body(*WithoutDigest(ReadBytes(path), ""));
  const size_t at = body.find("fathom_step_plain");
  ASSERT_NE(at, std::string::npos);
  for (uint32_t length : {uint32_t{1} << 31, ~uint32_t{0}, uint32_t{100'000}}) {
    std::memcpy(&body[at - 4], &length, 4);
    WriteBytes(path, WithDigest(body));
    ExpectRefused(LoadStatus(folder), kInvalid, {"not a manifest"});
  }
}

// Right digests, wrong meaning.
TEST(ArtifactTest, A2NumbersOutOfRangeAreRefused) {
  const std::vector<
      std::pair<std::string, std::function<void(fathom::schema::ManifestT&)>>>
      cases = {
          {"an end within", [](auto& m) { m.weights[0]->offset = 1 << 20; }},
          {"index 0 of",
           [](auto& m) {
             m.weights[0]->index = 2;
             m.weights[1]->index = 0;
           }},
          {"page", [](auto& m) { m.caches[0]->page_stride_bytes = 64; }},
          {"symbol", [](auto& m) { m.levels[0]->step_symbol = "../x"; }},
      };
  for (const auto& [word, change] : cases) {
    FakeArtifact fake;
    change(fake.manifest);
    ExpectRefused(LoadStatus(fake.Write()), kInvalid, {word});
  }
}

TEST(ArtifactTest, A3AnotherSharedObjectIsNotMapped) {
  const std::string folder = FakeArtifact().Write();
  const std::string planted = folder + "/planted";
  setenv("FATHOM_TEST_CONSTRUCTOR", planted.c_str(), 1);
  WriteBytes(folder + "/model.so", FakeCode("_constructor"));
  ExpectRefused(LoadStatus(folder), kDataLoss, {"model.so", "SHA-256"});
  EXPECT_NE(access(planted.c_str(), F_OK), 0);
  // Nor with a digest that matches: what runs when it is mapped is refused.
  FakeArtifact fake;
  fake.code = FakeCode("_constructor");
  ExpectRefused(LoadStatus(fake.Write()), kInvalid, {"model.so", "run when"});
  EXPECT_NE(access(planted.c_str(), F_OK), 0);
  unsetenv("FATHOM_TEST_CONSTRUCTOR");
}

TEST(ArtifactTest, A3ObjectsThatReachOutAreRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"_needed", "library"},
      {"_runpath", "path"},
      {"_import", "nobody_has_this"},
      {"_symbol", "fathom_read_probe"},
  };
  for (const auto& [variant, word] : cases) {
    FakeArtifact fake;
    fake.code = FakeCode(variant);
    ExpectRefused(LoadStatus(fake.Write()), kInvalid, {"model.so", word});
  }
  for (const std::string& code : {std::string(),
                                  std::string("\x7f"
                                              "ELF"),
                                  std::string(5000, 'x')}) {
    FakeArtifact fake;
    fake.code = code;
    ExpectRefused(LoadStatus(fake.Write()), kInvalid, {"model.so", "ELF"});
  }
}

// Whatever the bytes, the check of the object stays inside of them.
TEST(ArtifactTest, A3DamagedObjectsAreCheckedInBounds) {
  const std::string code = FakeCode();
  EXPECT_TRUE(CheckSharedObject(code).ok());
  for (size_t size = 0; size < code.size(); size += 3) {
    const std::string part = code.substr(0, size);
    CheckSharedObject(part).IgnoreError();
  }
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = code;
    // In the headers, where the offsets are.
    changed[random() % 512] = char(random());
    CheckSharedObject(changed).IgnoreError();
  }
}

TEST(ArtifactTest, A5LevelsThatTheMachineLacksAreNotTaken) {
  FakeArtifact fake;
  const std::string folder = fake.Write();
  ArtifactOptions options;
  options.level = "never";
  ExpectRefused(LoadStatus(folder, options),
                absl::StatusCode::kFailedPrecondition, {"never", "avx1024"});
  options.level = "fast";
  ExpectRefused(LoadStatus(folder, options), absl::StatusCode::kOutOfRange,
                {"'fast'", "'plain', 'never'"});
  options.level = "";
  options.features.emplace();
  ExpectRefused(LoadStatus(folder, options),
                absl::StatusCode::kFailedPrecondition,
                {"'plain' needs sse2", "'never' needs sse2, avx1024"});
}

TEST(ArtifactTest, A5TheLevelThatNeedsMostIsTaken) {
  const auto all = CpuFeatures::From(
      [](uint32_t, uint32_t) -> CpuidRegisters { return {~0u, ~0u, ~0u, ~0u}; },
      ~uint64_t{0});
  FakeArtifact fake;
  auto& levels = fake.manifest.levels;
  levels[1]->features = {"sse2", "avx2", "avx512f"};
  for (bool turned : {false, true}) {
    if (turned) std::swap(levels[0], levels[1]);
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(fathom::schema::CreateManifest(builder, &fake.manifest));
    const auto* manifest =
        fathom::schema::GetManifest(builder.GetBufferPointer());
    auto level = ChooseLevel(*manifest, all, "");
    ASSERT_TRUE(level.ok());
    EXPECT_EQ((*level)->name()->str(), "never");
    CpuFeatures fewer = all;
    fewer.Remove("avx512f");
    EXPECT_EQ((*ChooseLevel(*manifest, fewer, ""))->name()->str(), "plain");
    EXPECT_EQ((*ChooseLevel(*manifest, all, "plain"))->name()->str(), "plain");
  }
}

// Same shapes and sizes, other bytes or other layout.
TEST(ArtifactTest, A6WeightsOfAnotherArtifactAreRefused) {
  const std::string folder = FakeArtifact().Write();
  const std::string path = folder + "/weights.safetensors";
  const std::string whole = ReadBytes(path);
  std::string values = whole;
  values[values.size() - 64] ^= 1;
  WriteBytes(path, values);
  ExpectRefused(LoadStatus(folder), kDataLoss, {"weights.safetensors"});
  std::string layout = whole;
  const size_t w0 = layout.find("\"w0\""), w1 = layout.find("\"w1\"");
  layout[w0 + 2] = '1';
  layout[w1 + 2] = '0';
  WriteBytes(path, layout);
  ExpectRefused(LoadStatus(folder), kDataLoss,
                {"weights.safetensors", "header", "another artifact"});
  WriteBytes(path, whole + whole);
  ExpectRefused(LoadStatus(folder), kDataLoss, {absl::StrCat(whole.size())});
}

TEST(ArtifactTest, TwoAtOnceKeepTheirOwnCode) {
  const std::string folder = FakeArtifact().Write();
  auto first = Artifact::Load(folder, {}, Pool());
  auto second = Artifact::Load(folder, {}, Pool());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE((*first)->step(), (*second)->step());
}

}  // namespace
}  // namespace fathom::rt
