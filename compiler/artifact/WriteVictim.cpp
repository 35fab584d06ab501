//===- WriteVictim.cpp - Writes an artifact, to be killed at it -----------===//
//
// write-victim NAME.fathom SEED: what `fathom compile` does from the moment on
// at which it touches the disk, with a made-up plan. It takes milliseconds, so
// that test/e2e/kill_compile.py can kill it at hundreds of random times.
//
//===----------------------------------------------------------------------===//

#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "compiler/artifact/ArtifactWriter.h"
#include "compiler/artifact/OutputFolder.h"
#include "compiler/artifact/RandomSource.h"
#include "runtime/base/status.h"

namespace fathom {
namespace {

constexpr int kExitCommandLine = 2;
constexpr uint64_t kRows = 1536, kColumns = 1024;

/// 9 MiB: three blocks, so that both threads write.
PackPlan somePlan() {
  PackPlan plan;
  for (uint32_t i = 0; i < 3; ++i) {
    std::string name = absl::StrCat("w", i);
    plan.sources.push_back({name, {kRows, kColumns}, Storage::bf16, {}});
    PackedMatrix matrix{PackedLayout::panels,
                        Storage::bf16,
                        kRows,
                        kColumns,
                        {{i, kRows, 0, kColumns, 1, 0, kRows, kRows}}};
    plan.weights.push_back({name, 0, i, {{0, matrix}}});
  }
  return plan;
}

absl::Status write(const std::string &target, uint64_t seed) {
  PackPlan plan = somePlan();
  schema::ManifestT manifest;
  manifest.model = std::make_unique<schema::ModelT>();
  manifest.generation = std::make_unique<schema::GenerationT>();
  manifest.reasoning = std::make_unique<schema::ReasoningT>();
  manifest.provenance = std::make_unique<schema::ProvenanceT>();
  manifest.provenance->compiler = "write-victim";
  manifest.weights_format = "bf16";
  for (const PackedWeight &weight : plan.weights) {
    manifest.weights.push_back(std::make_unique<schema::WeightT>());
    manifest.weights.back()->name = weight.name;
    manifest.weights.back()->layout = weight.members[0].matrix.layoutName();
  }
  FATHOM_ASSIGN_OR_RETURN(std::unique_ptr<OutputFolder> folder,
                          OutputFolder::create(target));
  return writeArtifact(plan, RandomSource(plan, seed),
                       std::string(100'000, static_cast<char>(seed)),
                       std::move(manifest), 2, {}, *folder);
}

} // namespace
} // namespace fathom

int main(int argc, char **argv) {
  uint64_t seed = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &seed))
    return fathom::kExitCommandLine;
  absl::Status status = fathom::write(argv[1], seed);
  if (!status.ok())
    std::fprintf(stderr, "write-victim: %s\n",
                 std::string(status.message()).c_str());
  return fathom::rt::ExitCode(status);
}
