// `fathom bench` on the fake model: the figures fit together.
#include "tools/fathom/bench_command.h"

#include <sys/resource.h>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runtime/testing/fake_artifact.h"
#include "simdjson.h"

namespace fathom::rt {
namespace {

struct Ran {
  int exit_code;
  std::string out, err;
};

Ran Bench(const std::string& artifact, std::vector<const char*> arguments) {
  std::vector<const char*> argv = {"fathom-bench", artifact.c_str()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Ran ran;
  ran.exit_code = BenchCommand(int(argv.size()), argv.data());
  ran.out = testing::internal::GetCapturedStdout();
  ran.err = testing::internal::GetCapturedStderr();
  return ran;
}

// The fake model with weights that fill some pages, for the read probe.
std::string Artifact() {
  FakeArtifact fake(/*with_nan=*/false);
  fake.weights.append(1 << 20, 'x');
  return fake.Write();
}

TEST(BenchCommandTest, JsonHoldsTheFigures) {
  const Ran ran = Bench(Artifact(), {"--prompt-tokens=200", "--decode-tokens=9",
                                     "--threads=2", "--json"});
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  ASSERT_FALSE(parser.parse(ran.out).get(json)) << ran.out;
  for (const char* key :
       {"prefill_tokens_per_s", "decode_tokens_per_s", "weight_bytes_per_token",
        "read_bandwidth_gb_s", "huge_page_bandwidth_gb_s", "dot_peak_gop_s",
        "decode_bandwidth_fraction", "prefill_peak_fraction", "peak_rss_bytes",
        "load_s"}) {
    double value = 0;
    ASSERT_FALSE(json[key].get(value)) << key;
    EXPECT_GT(value, 0) << key;
    EXPECT_TRUE(std::isfinite(value)) << key;
  }
  EXPECT_EQ(uint64_t(json["threads"]), 2u);
  EXPECT_GE(uint64_t(json["samples"]), 20u);
  // Medians of ratios are of the size of the ratios of medians, whatever else
  // the machine does; bench_samples_test.cc has exact ones.
  const double decode = double(json["decode_tokens_per_s"]) * 192 /
                        (double(json["read_bandwidth_gb_s"]) * 1e9);
  EXPECT_LT(double(json["decode_bandwidth_fraction"]), 20 * decode);
  EXPECT_GT(double(json["decode_bandwidth_fraction"]), decode / 20);
  // 2 * (16 + 8 / 200) operations a token.
  EXPECT_NEAR(double(json["prompt_operations_per_token"]), 32.08, 1e-6);
}

// At most `bytes` more of address space, as long as it lives.
class LittleMemory {
 public:
  explicit LittleMemory(uint64_t bytes) {
    uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    EXPECT_EQ(getrlimit(RLIMIT_AS, &before_), 0);
    rlimit now = before_;
    now.rlim_cur = pages * 4096 + bytes;
    EXPECT_EQ(setrlimit(RLIMIT_AS, &now), 0);
  }
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;
  ~LittleMemory() { EXPECT_EQ(setrlimit(RLIMIT_AS, &before_), 0); }

 private:
  rlimit before_ = {};
};

// Also where there is no room for the one that takes most of it.
TEST(BenchCommandTest, TextNamesThemToo) {
  const std::string artifact = Artifact();
  const LittleMemory limit(uint64_t{512} << 20);
  const Ran ran = Bench(artifact, {"--prompt-tokens=5", "--decode-tokens=1",
                                   "--threads=1", "--placement=huge"});
  ASSERT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err,
            "fathom bench: warning: cannot measure huge_page_bandwidth_gb_s: "
            "cannot get 1073741824 bytes of memory for measuring huge pages\n");
  EXPECT_EQ(ran.out.find("huge_page_bandwidth"), std::string::npos);
  EXPECT_NE(ran.out.find("\ndecode_bandwidth_fraction: "), std::string::npos);
  EXPECT_NE(ran.out.find("\nplacement: huge\n"), std::string::npos);
}

TEST(BenchCommandTest, FaultsAreNamedInOneLine) {
  const std::string artifact = Artifact();
  EXPECT_EQ(Bench(artifact, {"--prompt-tokens=0"}).exit_code, 2);
  EXPECT_EQ(Bench(artifact, {"--decode-tokens=x"}).exit_code, 2);
  EXPECT_EQ(Bench(artifact, {"--threads=0"}).exit_code, 2);
  EXPECT_EQ(Bench("/none", {}).exit_code, 1);
  const Ran ran =
      Bench(artifact, {"--prompt-tokens=300", "--decode-tokens=101"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_NE(ran.err.find("401"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("400"), std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find('\n'), ran.err.size() - 1);
}

}  // namespace
}  // namespace fathom::rt
