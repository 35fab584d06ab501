#include "tools/fathom/bench_beside.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "runtime/device/usable_cpus.h"
#include "runtime/testing/fake_artifact.h"
#include "simdjson.h"

namespace fathom::rt {
namespace {

TEST(BenchBesideTest, MeasuresAdaptiveAndFixedThreads) {
  auto busy = BusyProcesses::Create(1);
  ASSERT_TRUE(busy.ok());
  BenchSettings settings;
  settings.load.path = FakeArtifact(/*with_nan=*/false).Write();
  settings.busy_processes = 1;
  settings.turns = 2;
  settings.turn_seconds = 0.01;
  auto loaded = LoadArtifact(settings.load);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  loaded->pool.reset();
  const auto figures = BenchBeside(settings, *loaded->artifact, *busy,
                                   [](absl::string_view, int64_t, int64_t) {});
  ASSERT_TRUE(figures.ok()) << figures.status();

  simdjson::dom::parser parser;
  simdjson::dom::element json;
  ASSERT_FALSE(parser.parse(figures->Json()).get(json));
  EXPECT_EQ(int64_t(json["busy_processes"]), 1);
  EXPECT_GT(double(json["adaptive_tokens_per_s"]), 0);
  double best = 0;
  int64_t most = 0;
  for (simdjson::dom::element fixed : json["fixed"].get_array()) {
    best = std::max(best, double(fixed["tokens_per_s"]));
    most = std::max(most, int64_t(fixed["threads"]));
  }
  EXPECT_EQ(most, UsableCores());
  EXPECT_NEAR(double(json["adaptive_of_best_fixed"]),
              double(json["adaptive_tokens_per_s"]) / best, 1e-4);
}

TEST(BenchBesideTest, NoBusyProcessIsLeft) {
  {
    auto busy = BusyProcesses::Create(3);
    ASSERT_TRUE(busy.ok());
    busy->Start();
    BusyProcesses moved = std::move(*busy);
  }
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace fathom::rt
