// See fake_artifact.h.
#include "runtime/testing/fake_artifact.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "runtime/abi/step.h"
#include "runtime/io/artifact_files.h"
#include "runtime/io/digest.h"

namespace fathom::rt {
namespace {

namespace fs = fathom::schema;

// As fake_model.c has it.
constexpr int kPageTokens = 64;
constexpr int kLayers = 2;
constexpr uint64_t kTensorBytes = 64;

float LayerWeight(int layer, int id) {
  return static_cast<float>(id + 1) * (layer == 0 ? 0.25f : -0.125f);
}
float HeadWeight(int id) { return 0.5f - 0.125f * static_cast<float>(id); }

// Three tensors of 16 floats, in one file with padding to 64 before them.
std::string Weights(bool with_nan) {
  std::string json = "{";
  for (int i = 0; i < 3; ++i) {
    absl::StrAppendFormat(&json,
                          "%s\"w%d\":{\"dtype\":\"F32\",\"shape\":[16],"
                          "\"data_offsets\":[%d,%d]}",
                          i == 0 ? "" : ",", i, i * kTensorBytes,
                          (i + 1) * kTensorBytes);
  }
  json += "}";
  while ((8 + json.size()) % 64 != 0) json += " ";
  std::string file(8, '\0');
  const uint64_t header_bytes = json.size();
  std::memcpy(file.data(), &header_bytes, 8);
  file += json;
  for (int tensor = 0; tensor < 3; ++tensor) {
    float values[16] = {};
    for (int id = 0; id < kFakeVocabulary; ++id) {
      values[id] = tensor < 2 ? LayerWeight(tensor, id) : HeadWeight(id);
    }
    if (with_nan && tensor < 2) values[kFakeNanId] = std::nanf("");
    file.append(reinterpret_cast<const char*>(values), sizeof values);
  }
  return file;
}

void AddCache(fs::ManifestT& m, const char* name, uint64_t layer_bytes,
              uint32_t layers) {
  auto cache = std::make_unique<fs::CacheClassT>();
  cache->name = name;
  cache->element = "f32";
  cache->page_tokens = kPageTokens;
  cache->layer_bytes = layer_bytes;
  cache->layer_count = layers;
  cache->page_stride_bytes = layer_bytes * layers;
  cache->values_per_token = static_cast<uint32_t>(layer_bytes / 256);
  m.caches.push_back(std::move(cache));
}

void AddWeight(fs::ManifestT& m, const char* name, int layer, uint64_t offset) {
  auto weight = std::make_unique<fs::WeightT>();
  weight->name = name;
  weight->layer = layer;
  weight->offset = offset;
  weight->bytes = kTensorBytes;
  weight->layout = "vector<f32>";
  weight->shape = {16};
  weight->sources = {absl::StrCat("model.", name)};
  m.weights.push_back(std::move(weight));
}

void AddLevel(fs::ManifestT& m, const char* name,
              std::vector<std::string> features, const char* step) {
  auto level = std::make_unique<fs::LevelT>();
  level->name = name;
  level->features = std::move(features);
  level->step_symbol = step;
  level->read_probe_symbol = "fathom_read_probe";
  level->dot_probe_symbol = "fathom_dot_probe";
  level->dot_name = "mulss";
  m.levels.push_back(std::move(level));
}

}  // namespace

std::string FreshFolder() {
  std::string path = testing::TempDir() + "/fathom_XXXXXX";
  EXPECT_NE(mkdtemp(path.data()), nullptr);
  return path;
}

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  // A file that is cut and written again is synced by some file systems.
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string FakeCode(const std::string& variant) {
  return ReadBytes(
      absl::StrCat(FATHOM_FAKE_MODELS, "/fake_model", variant, ".so"));
}

FakeArtifact::FakeArtifact(bool with_nan) : weights(Weights(with_nan)) {
  auto& m = manifest;
  m.abi_version = FATHOM_ABI_VERSION;
  m.model = std::make_unique<fs::ModelT>();
  m.model->name = "fake";
  m.model->architecture = "none";
  m.model->hidden_size = 1;
  m.model->layer_count = kLayers;
  m.model->vocabulary_size = kFakeVocabulary;
  m.model->context_tokens = kFakeContext;
  m.model->position_limit = kFakePositions;
  m.model->step_tokens_max = kFakeStepTokens;
  m.model->expert_count = 64;
  m.model->experts_per_token = 3;
  m.model->expert_layer_count = 2;
  m.model->parameter_count = 48;
  m.model->weight_bytes_per_token = 3 * kTensorBytes;
  m.model->prompt_macs_per_token = 16;
  m.model->head_macs = 8;
  AddCache(m, "values", kPageTokens * 4, kLayers);
  AddCache(m, "pairs", kPageTokens * 8, 1);
  AddLevel(m, "plain", {"sse2"}, "fathom_step_plain");
  AddLevel(m, "never", {"sse2", "avx1024"}, "fathom_step_never");
  for (const char* name : {"append", "logits"}) {
    m.phases.push_back(std::make_unique<fs::PhaseT>());
    m.phases.back()->name = name;
    m.phases.back()->layer = -1;
  }
  m.arena_shared_bytes = 64;
  m.arena_thread_bytes = 64;
  const uint64_t data = weights.size() - 3 * kTensorBytes;
  AddWeight(m, "w0", 0, data);
  AddWeight(m, "w1", 1, data + kTensorBytes);
  AddWeight(m, "w2", -1, data + 2 * kTensorBytes);
  m.weights_format = "f32";
  m.weights_block_bytes = 4096;
  m.code = std::make_unique<fs::DigestT>();
  m.code->name = kCodeFile;
  m.weights_header = std::make_unique<fs::DigestT>();
  m.weights_header->name = kWeightsFile;
  m.generation = std::make_unique<fs::GenerationT>();
  m.generation->eos_ids = {0};
  m.reasoning = std::make_unique<fs::ReasoningT>();
  m.provenance = std::make_unique<fs::ProvenanceT>();
  m.provenance->compiler = "test";
}

FakeArtifact& FakeArtifact::AddFurtherLayer() {
  manifest.model->mtp_layer_count = 1;
  manifest.levels[0]->mtp_symbol = "fathom_mtp_step_plain";
  manifest.mtp_phases.push_back(std::make_unique<fs::PhaseT>());
  manifest.mtp_phases.back()->name = "further";
  manifest.mtp_phases.back()->layer = kLayers;
  return *this;
}

void FakeArtifact::Seal() {
  auto& m = manifest;
  const Sha256Digest code_digest = Sha256(code);
  m.code->sha256.assign(code_digest.begin(), code_digest.end());
  m.code_bytes = code.size();
  m.weights_bytes = weights.size();
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, weights.data(), 8);
  const Sha256Digest header = Sha256(weights.substr(0, 8 + header_bytes));
  m.weights_header->sha256.assign(header.begin(), header.end());
  m.weights_blocks.clear();
  for (size_t at = 0; at < weights.size(); at += m.weights_block_bytes) {
    const BlockDigest block = Xxh3(weights.substr(at, m.weights_block_bytes));
    m.weights_blocks.insert(m.weights_blocks.end(), block.begin(), block.end());
  }
}

std::string FakeArtifact::Manifest() const {
  flatbuffers::FlatBufferBuilder builder;
  fs::FinishManifestBuffer(builder, fs::CreateManifest(builder, &manifest));
  return WithDigest({reinterpret_cast<const char*>(builder.GetBufferPointer()),
                     builder.GetSize()});
}

std::string FakeArtifact::Write() {
  Seal();
  const std::string folder = FreshFolder();
  WriteBytes(folder + "/" + kManifestFile, Manifest());
  WriteBytes(folder + "/" + kCodeFile, code);
  WriteBytes(folder + "/" + kWeightsFile, weights);
  return folder;
}

std::vector<float> FakeLogitsOf(const std::vector<int32_t>& ids, int32_t role,
                                int32_t shift) {
  float sum = 0;
  for (size_t p = 0; p < ids.size(); ++p) {
    const float weight = 1.0f + static_cast<float>(p % 5) +
                         0.001f * static_cast<float>(p + shift);
    for (int layer = 0; layer < kLayers; ++layer) {
      sum += weight *
             (LayerWeight(layer, ids[p]) + 0.5f * static_cast<float>(role));
    }
  }
  std::vector<float> logits;
  for (int id = 0; id < kFakeVocabulary; ++id) {
    logits.push_back(sum * HeadWeight(id) + static_cast<float>(id));
  }
  return logits;
}

}  // namespace fathom::rt
