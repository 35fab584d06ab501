//===- SummaryTest.cpp - Tests of the last lines --------------------------===//

#include "compiler/driver/Summary.h"

#include "gtest/gtest.h"

namespace fathom {
namespace {

TEST(SummaryTest, SaysWhatWasWritten) {
  schema::ManifestT manifest;
  manifest.model = std::make_unique<schema::ModelT>();
  manifest.model->architecture = "qwen2";
  manifest.model->layer_count = 28;
  manifest.model->parameter_count = 1'543'714'304;
  manifest.model->context_tokens = 4096;
  for (const char *name : {"avx2", "avx512"}) {
    manifest.levels.push_back(std::make_unique<schema::LevelT>());
    manifest.levels.back()->name = name;
  }
  manifest.weights_format = "bf16";
  manifest.weights_bytes = 3'093'000'000;
  manifest.code_bytes = 236'000;
  std::vector<std::string> lines =
      artifactSummary("a\nb.fathom", manifest, 12.34);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0],
            "wrote 'a\\nb.fathom' in 12.3 s: 3.09 GB of bf16 weights, "
            "236 kB of code for avx2 and avx512");
  EXPECT_EQ(lines[1], "qwen2, 28 layers, 1.54 billion parameters, context 4096 "
                      "tokens");
}

TEST(SummaryTest, NamesAForm) {
  EXPECT_EQ(formSummary("x.s", "asm", 999, 0.25),
            "wrote 'x.s' in 0.2 s: the asm form, 999 bytes");
}

} // namespace
} // namespace fathom
