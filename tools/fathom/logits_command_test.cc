// `fathom logits` on the fake model: each way of feeding gives what the model's
// definition says.
#include "tools/fathom/logits_command.h"

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "runtime/abi/step.h"
#include "runtime/io/safetensors.h"
#include "runtime/testing/fake_artifact.h"

namespace fathom::rt {
namespace {

struct Ran {
  int exit_code;
  std::string err;
};

Ran Logits(const std::string& artifact, std::vector<std::string> arguments) {
  std::vector<const char*> argv = {"fathom-logits", artifact.c_str()};
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  testing::internal::CaptureStderr();
  const int exit_code = LogitsCommand(int(argv.size()), argv.data());
  return {exit_code, testing::internal::GetCapturedStderr()};
}

class LogitsCommandTest : public testing::Test {
 protected:
  LogitsCommandTest() {
    for (int32_t i = 0; i < 200; ++i) {
      ids_.push_back((i * i + 2 * i) % (kFakeVocabulary - 1));
    }
  }

  std::string Tokens() const { return absl::StrJoin(ids_, ","); }

  // Runs with `more` and holds the file against the definition.
  void ExpectRight(std::vector<std::string> more, int32_t role = 0,
                   int32_t shift = 0) {
    std::vector<std::string> arguments = {"--tokens", Tokens(), "-o", output_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = Logits(artifact_, arguments);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.err, "");
    const std::string bytes = ReadBytes(output_);
    auto json_bytes =
        ReadSafetensorsHeaderBytes(bytes.substr(0, 16), bytes.size(), "out");
    ASSERT_TRUE(json_bytes.ok()) << json_bytes.status();
    auto tensors = ParseSafetensorsHeader(bytes.substr(8, *json_bytes),
                                          bytes.size(), "out");
    ASSERT_TRUE(tensors.ok()) << tensors.status();
    ASSERT_EQ(tensors->size(), 2u);
    const TensorInfo& logits = (*tensors)[0];
    EXPECT_EQ(logits.name, "logits");
    EXPECT_EQ(logits.shape,
              (std::vector<uint64_t>{ids_.size(), kFakeVocabulary}));
    for (size_t i = 0; i < ids_.size(); ++i) {
      std::vector<float> row(kFakeVocabulary);
      std::memcpy(row.data(),
                  &bytes[logits.begin_bytes + i * kFakeVocabulary * 4],
                  kFakeVocabulary * 4);
      ASSERT_EQ(row, FakeLogitsOf({ids_.begin(), ids_.begin() + long(i) + 1},
                                  role, shift))
          << i;
    }
    const TensorInfo& experts = (*tensors)[1];
    EXPECT_EQ(experts.name, "experts");
    EXPECT_EQ(experts.shape, (std::vector<uint64_t>{2, ids_.size(), 3}));
    std::vector<int32_t> found(2 * ids_.size() * 3);
    std::memcpy(found.data(), &bytes[experts.begin_bytes], found.size() * 4);
    for (size_t i = 0; i < found.size(); ++i) {
      const size_t layer = i / (ids_.size() * 3);
      ASSERT_EQ(found[i],
                ids_[i / 3 % ids_.size()] + int32_t(10 * layer + i % 3));
    }
  }

  const std::string artifact_ = FakeArtifact().Write();
  const std::string output_ = artifact_ + "/out.safetensors";
  std::vector<int32_t> ids_;
};

TEST_F(LogitsCommandTest, EveryWayOfFeedingIsRight) {
  ExpectRight({});
  ExpectRight({"--chunk=1"});
  ExpectRight({"--chunk", "7", "--threads", "1"});
  ExpectRight({"--chunk=64", "--threads=3", "--shuffle-pages=5"});
  ExpectRight({"--one-by-one"}, FATHOM_ROLE_GENERATED);
  ExpectRight({"--one-by-one", "--beside=2"}, FATHOM_ROLE_GENERATED);
  ExpectRight({"--position", "100000"}, 0, 100'000);
  // The last token at the last position.
  ExpectRight({"--position", "149800"}, 0, kFakePositions - 200);
  ExpectRight({"--beside", "1"});
  ExpectRight({"--beside", "5", "--chunk", "13", "--shuffle-pages=9"});
  ExpectRight({"--placement=huge", "--level=plain"});
}

// The fake one's logit v is v, 100 for the next id, and the hidden row, which
// is the cache's.
TEST_F(LogitsCommandTest, TheFurtherLayerIsWrittenOnRequest) {
  const std::string artifact = FakeArtifact().AddFurtherLayer().Write();
  const std::string output = artifact + "/out.safetensors";
  std::string whole;
  for (std::vector<std::string> way : std::vector<std::vector<std::string>>{
           {}, {"--chunk=7"}, {"--beside=3"}, {"--threads=1", "--chunk=199"}}) {
    way.insert(way.end(), {"--tokens", Tokens(), "--mtp", "-o", output});
    const Ran ran = Logits(artifact, way);
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const std::string bytes = ReadBytes(output);
    if (whole.empty()) whole = bytes;
    EXPECT_TRUE(bytes == whole) << absl::StrJoin(way, " ");
  }
  auto json_bytes =
      ReadSafetensorsHeaderBytes(whole.substr(0, 16), whole.size(), "out");
  ASSERT_TRUE(json_bytes.ok()) << json_bytes.status();
  auto tensors =
      ParseSafetensorsHeader(whole.substr(8, *json_bytes), whole.size(), "out");
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 4u);
  const TensorInfo& logits = (*tensors)[2];
  EXPECT_EQ(logits.name, "mtp_logits");
  EXPECT_EQ(logits.shape,
            (std::vector<uint64_t>{ids_.size() - 1, kFakeVocabulary}));
  const TensorInfo& experts = (*tensors)[3];
  EXPECT_EQ(experts.name, "mtp_experts");
  EXPECT_EQ(experts.shape, (std::vector<uint64_t>{ids_.size() - 1, 3}));
  for (size_t i = 0; i + 1 < ids_.size(); ++i) {
    float row[kFakeVocabulary];
    std::memcpy(row, &whole[logits.begin_bytes + i * sizeof row], sizeof row);
    EXPECT_NEAR(row[5] - row[2], 3, 1e-3);
    int32_t expert;
    std::memcpy(&expert, &whole[experts.begin_bytes + i * 12], 4);
    EXPECT_EQ(expert, ids_[i + 1]);
  }
}

TEST_F(LogitsCommandTest, C14RefusesBadOptionsWithExitCode2) {
  const std::vector<std::vector<std::string>> cases = {
      {"--tokens", "1,,2"},     {"--tokens", ""},
      {"--tokens", "-1"},       {"--chunk", "0"},
      {"--position", "-1"},     {"--beside", "65"},
      {"--threads", "0"},       {"--shuffle-pages", "x"},
      {"--placement", "there"}, {"--position", "2147483648"},
  };
  for (std::vector<std::string> arguments : cases) {
    const std::string name = arguments[0];
    if (name != "--tokens") {
      arguments.insert(arguments.end(), {"--tokens", "1"});
    }
    arguments.insert(arguments.end(), {"-o", output_});
    const Ran ran = Logits(artifact_, arguments);
    EXPECT_EQ(ran.exit_code, 2) << ran.err;
    EXPECT_TRUE(absl::StrContains(ran.err, name)) << ran.err;
  }
  const Ran ran = Logits(
      artifact_, {"--tokens", absl::StrJoin(std::vector<int>(401, 1), ","),
                  "-o", output_});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.err,
            "fathom logits: --tokens holds 401 ids, expected at most the "
            "context's 400\n");
  const Ran crowded =
      Logits(artifact_, {"--tokens=1", "--beside=20", "-o", output_});
  EXPECT_EQ(crowded.exit_code, 2);
  EXPECT_TRUE(absl::StrContains(crowded.err, "--beside 20 takes up to"))
      << crowded.err;
  EXPECT_EQ(Logits(artifact_, {"--tokens", "1"}).exit_code, 2);
  EXPECT_EQ(Logits(artifact_, {"--tokens=1", "--mtp", "-o", output_}).exit_code,
            2);
  EXPECT_EQ(Logits(artifact_,
                   {"--tokens=1", "--one-by-one", "--chunk=2", "-o", output_})
                .exit_code,
            2);
}

TEST_F(LogitsCommandTest, K12PositionsBeyondTheModelAreRefused) {
  const auto at = [&](std::string position) {
    return Logits(artifact_, {"--tokens", Tokens(), "--position",
                              std::move(position), "-o", output_});
  };
  const Ran ran = at("149801");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.err,
            "fathom logits: --position 149801 puts the last of --tokens at "
            "position 150000, expected at most the model's last, 149999\n");
  EXPECT_FALSE(std::filesystem::exists(output_));
  EXPECT_EQ(at("2147483647").exit_code, 2);
}

// One from before the limit was kept: what the step's int32 holds.
TEST_F(LogitsCommandTest, PositionsOfAnUnknownLimitAreInt32) {
  FakeArtifact fake;
  fake.manifest.model->position_limit = 0;
  const std::string artifact = fake.Write();
  const auto at = [&](std::string position) {
    return Logits(artifact, {"--tokens=1,2", "--position", std::move(position),
                             "-o", artifact + "/out.safetensors"});
  };
  EXPECT_EQ(at("2147483645").exit_code, 0);
  EXPECT_EQ(at("2147483646").exit_code, 2);
}

TEST_F(LogitsCommandTest, FaultsLeaveNoFile) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--tokens", "8"}, "token id 8"},
      {{"--tokens", "1,7,2"}, "numerical error at step 1"},
      {{"--tokens", "1", "--level", "none"}, "'none'"},
      {{"--tokens", "1,2", "--mtp"}, "no MTP layer"},
  };
  for (auto [arguments, word] : cases) {
    arguments.insert(arguments.end(), {"-o", output_});
    const Ran ran = Logits(artifact_, arguments);
    EXPECT_EQ(ran.exit_code, 1) << ran.err;
    EXPECT_TRUE(absl::StrContains(ran.err, word)) << ran.err;
    EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1) << ran.err;
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(artifact_)) {
      files += entry.is_regular_file() ? 1 : 0;
    }
    EXPECT_EQ(files, 3);
  }
  EXPECT_EQ(Logits("/none", {"--tokens=1", "-o", output_}).exit_code, 1);
}

}  // namespace
}  // namespace fathom::rt
