//===- ArtifactWriterTest.cpp - From a planned module to a folder ---------===//
//
// The plan and the manifest of a small module, written and read back by the
// runtime's own rules.
//
//===----------------------------------------------------------------------===//

#include "compiler/artifact/ArtifactWriter.h"

#include "compiler/artifact/ManifestFromModule.h"
#include "compiler/artifact/ManifestText.h"
#include "compiler/artifact/PackPlanFromModule.h"
#include "compiler/artifact/RandomSource.h"
#include "dialects/Fathom/IR/FathomDialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "runtime/io/artifact_files.h"
#include "runtime/model/artifact.h"
#include "gtest/gtest.h"

#include <cstdlib>

namespace fathom {
namespace {

constexpr const char *kModule = R"(
module attributes {fathom.architecture = "deepseek_v3", fathom.hidden_size = 64,
    fathom.layer_count = 3, fathom.vocabulary_size = 128,
    fathom.context_tokens = 64, fathom.position_limit = 96,
    fathom.step_tokens_max = 8, fathom.expert_count = 2,
    fathom.experts_per_token = 1,
    fathom.arena_shared_bytes = 4096, fathom.storage = bf16} {
  fathom.cache @kv parts [64, 64] of bf16
  fathom.weight @h : tensor<128x64xbf16> from "head"
  fathom.weight @t : tensor<128x64xbf16> from "table"
  fathom.weight @w : tensor<64x64xbf16> from "l.{layer}.w"
  fathom.weight @up : tensor<32x64xbf16> experts 2 from "l.{layer}.{expert}.up"
      scales <"l.{layer}.{expert}.scale", 16 x 48>
  fathom.weight @down : tensor<64x32xbf16> experts 2 from "l.{layer}.{expert}.down"
  fathom.packed @head.p : panels of bf16[128, 64] slot 1 pieces [
      #fathom.piece<source = @h, rows = 128, offset = 0, row_stride = 64,
      column_stride = 1, first = 0, group = 128, every = 128>]
  fathom.packed @embed.p : rows of bf16[128, 64] slot 0 pieces [
      #fathom.piece<source = @t, rows = 128, offset = 0, row_stride = 64,
      column_stride = 1, first = 0, group = 128, every = 128>]
  fathom.packed @dense.w : panels of bf16[64, 64] slot 0 kind "dense" pieces [
      #fathom.piece<source = @w, rows = 64, offset = 0, row_stride = 64,
      column_stride = 1, first = 0, group = 64, every = 64>]
  fathom.packed @experts.down : panels of bf16[64, 32] experts 2 at 8192 slot 1
      kind "experts" pieces [
      #fathom.piece<source = @down, rows = 64, offset = 0, row_stride = 32,
      column_stride = 1, first = 0, group = 64, every = 64>]
  fathom.packed @experts.up : panels of bf16[32, 64] experts 2 at 0 slot 1
      kind "experts" pieces [
      #fathom.piece<source = @up, rows = 32, offset = 0, row_stride = 64,
      column_stride = 1, first = 0, group = 32, every = 32>]
  func.func @embed() attributes {fathom.kind = "embed"} { return }
  func.func @dense() attributes {fathom.kind = "dense",
      fathom.layers = array<i64: 0>} { return }
  func.func @experts() attributes {fathom.kind = "experts",
      fathom.layers = array<i64: 1, 2>} { return }
  func.func @head(%t: !fathom.tokens, %x: tensor<?x64xf32>)
      attributes {fathom.kind = "head"} {
    %l = fathom.project %x by @head.p asking %t
        : tensor<?x64xf32> -> tensor<?x128xf32>
    return
  }
})";

class ArtifactWriterTest : public testing::Test {
protected:
  ArtifactWriterTest() {
    context.loadDialect<mlir::fathom::FathomDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(kModule, &context);
  }
  void SetUp() override { ASSERT_TRUE(module); }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

TEST_F(ArtifactWriterTest, WeightsFollowTheStep) {
  PackPlan plan = packPlanOf(*module);
  ASSERT_TRUE(checkPlan(plan).ok()) << checkPlan(plan);
  std::vector<std::string> names;
  for (const PackedWeight &weight : plan.weights)
    names.push_back(weight.name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "embed.p", "layers.0.w", "layers.1.experts.0",
                       "layers.1.experts.1", "layers.2.experts.0",
                       "layers.2.experts.1", "head.p"}));
  const PackedWeight &block = plan.weights[5];
  EXPECT_EQ(block.layer, 2);
  EXPECT_EQ(block.index, 2u);
  ASSERT_EQ(block.members.size(), 2u);
  EXPECT_EQ(block.members[0].offset, 0u);
  EXPECT_EQ(block.members[1].offset, 8192u);
  const SourceTensor &up =
      plan.sources[block.members[0].matrix.pieces[0].source];
  EXPECT_EQ(up.name, "l.2.1.up");
  EXPECT_EQ(up.scales->tensor, "l.2.1.scale");
  EXPECT_EQ(up.scales->columns, 48u);
  EXPECT_EQ(plan.sources.size(), 11u);
}

TEST_F(ArtifactWriterTest, CostsAreThoseOfTheModel) {
  schema::ManifestT manifest;
  describeModule(*module, packPlanOf(*module), manifest);
  const schema::ModelT &model = *manifest.model;
  // A row of the table, the dense layer, one expert a layer, the head.
  EXPECT_EQ(model.weight_bytes_per_token,
            2u * (64 + 64 * 64 + 2 * 2 * 32 * 64 + 128 * 64));
  EXPECT_EQ(model.prompt_macs_per_token, 64u * 64 + 2 * 2 * 32 * 64);
  EXPECT_EQ(model.head_macs, 128u * 64);
  EXPECT_EQ(model.context_tokens, 64u);
  EXPECT_EQ(model.position_limit, 96u);
  EXPECT_EQ(model.expert_layer_count, 2u);
  EXPECT_EQ(model.parameter_count, 2u * 128 * 64 + 64 * 64 + 4 * 2 * 32 * 64);
  EXPECT_EQ(manifest.weights_format, "bf16");
}

TEST_F(ArtifactWriterTest, WhatIsWrittenTheRuntimeTakes) {
  std::string root = testing::TempDir() + "fathom-XXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  auto folder = OutputFolder::create(root + "/m.fathom");
  ASSERT_TRUE(folder.ok()) << folder.status();
  PackPlan plan = packPlanOf(*module);
  schema::ManifestT manifest;
  describeModule(*module, plan, manifest);
  describeLevel(*module, *findCpuLevel("avx512-bf16"), manifest);
  manifest.provenance = std::make_unique<schema::ProvenanceT>();
  describeGeneration(rt::ModelConfig(), manifest);
  absl::Status status = writeArtifact(plan, RandomSource(plan, 1), "code",
                                      manifest, 2, {}, **folder);
  ASSERT_TRUE(status.ok()) << status;
  auto written = rt::ArtifactFolder::Open(root + "/m.fathom");
  ASSERT_TRUE(written.ok()) << written.status();
  auto read = rt::ManifestFile::Read(*written);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)->weights()->size(), 7u);
  EXPECT_EQ((*read)->levels()->Get(0)->step_symbol()->str(),
            "fathom_step_avx512_bf16");
  EXPECT_EQ((*read)->weights()->Get(2)->layout()->str(),
            "panels<bf16, 64x2> + panels<bf16, 64x2>");
  for (const auto *weight : *(*read)->weights())
    EXPECT_EQ(weight->offset() % 4096, 0u);
  EXPECT_EQ(std::system(("rm -rf '" + root + "'").c_str()), 0);
}

} // namespace
} // namespace fathom
