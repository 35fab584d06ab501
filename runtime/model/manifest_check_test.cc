// Each number of a manifest, just right and just wrong.
#include "runtime/model/manifest_check.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/abi/step.h"

namespace fathom::rt {
namespace {

using fathom::schema::ManifestT;

// A small manifest that passes.
ManifestT Good() {
  namespace fs = fathom::schema;
  ManifestT m;
  m.abi_version = FATHOM_ABI_VERSION;
  m.model = std::make_unique<fs::ModelT>();
  m.model->name = "small";
  m.model->architecture = "qwen2";
  m.model->hidden_size = 64;
  m.model->layer_count = 2;
  m.model->vocabulary_size = 100;
  m.model->context_tokens = 128;
  m.model->step_tokens_max = 64;
  m.caches.push_back(std::make_unique<fs::CacheClassT>());
  m.caches[0]->name = "kv";
  m.caches[0]->element = "f32";
  m.caches[0]->page_tokens = 64;
  m.caches[0]->layer_bytes = 100;
  m.caches[0]->layer_count = 2;
  m.caches[0]->page_stride_bytes = 256;
  m.levels.push_back(std::make_unique<fs::LevelT>());
  m.levels[0]->name = "avx2";
  m.levels[0]->step_symbol = "fathom_step_avx2";
  m.levels[0]->read_probe_symbol = "read_probe";
  m.levels[0]->dot_probe_symbol = "dot_probe";
  m.buffers.push_back(std::make_unique<fs::BufferT>());
  m.buffers[0]->name = "x";
  m.buffers[0]->bytes = 128;
  m.arena_shared_bytes = 128;
  m.weights.push_back(std::make_unique<fs::WeightT>());
  m.weights[0]->name = "w";
  m.weights[0]->layer = 1;
  m.weights[0]->offset = 64;
  m.weights[0]->bytes = 4096;
  m.code = std::make_unique<fs::DigestT>();
  m.code->sha256.resize(32);
  m.weights_header = std::make_unique<fs::DigestT>();
  m.weights_header->sha256.resize(32);
  m.weights_bytes = 4160;
  m.weights_block_bytes = 4096;
  m.weights_blocks.resize(32);
  m.generation = std::make_unique<fs::GenerationT>();
  m.reasoning = std::make_unique<fs::ReasoningT>();
  m.provenance = std::make_unique<fs::ProvenanceT>();
  return m;
}

std::vector<uint8_t> Pack(const ManifestT& manifest) {
  flatbuffers::FlatBufferBuilder builder;
  fathom::schema::FinishManifestBuffer(
      builder, fathom::schema::CreateManifest(builder, &manifest));
  return {builder.GetBufferPointer(),
          builder.GetBufferPointer() + builder.GetSize()};
}

std::string MessageAfter(const std::function<void(ManifestT&)>& change) {
  ManifestT manifest = Good();
  change(manifest);
  auto result = CheckManifest(Pack(manifest));
  return result.ok() ? "" : std::string(result.status().message());
}

TEST(ManifestCheckTest, TakesAGoodOne) {
  EXPECT_EQ(MessageAfter([](ManifestT&) {}), "");
}

TEST(ManifestCheckTest, RefusesEveryTruncation) {
  std::vector<uint8_t> bytes = Pack(Good());
  // The last three bytes may be padding, which carries nothing.
  for (size_t size = 0; size + 3 < bytes.size(); ++size) {
    std::vector<uint8_t> part(bytes.begin(), bytes.begin() + size);
    EXPECT_FALSE(CheckManifest(part).ok()) << size;
  }
}

// The message about a manifest with this version and a field that the schema
// does not have, and none of those that it requires.
std::string MessageAboutVersion(uint32_t version) {
  flatbuffers::FlatBufferBuilder builder;
  const auto start = builder.StartTable();
  builder.AddElement<uint32_t>(fathom::schema::Manifest::VT_ABI_VERSION,
                               version, 0);
  builder.AddElement<uint32_t>(400, 7, 0);
  builder.Finish(
      flatbuffers::Offset<fathom::schema::Manifest>(builder.EndTable(start)),
      fathom::schema::ManifestIdentifier());
  return std::string(
      CheckManifest({builder.GetBufferPointer(), builder.GetSize()})
          .status()
          .message());
}

TEST(ManifestCheckTest, ANewerVersionIsNamedWhateverElseThereIs) {
  EXPECT_NE(MessageAboutVersion(FATHOM_ABI_VERSION + 1).find("newer Fathom"),
            std::string::npos);
  EXPECT_NE(MessageAboutVersion(9999).find("newer Fathom"), std::string::npos);
  for (uint32_t no_version : {0u, 10000u, FATHOM_ABI_VERSION}) {
    EXPECT_EQ(MessageAboutVersion(no_version).find("Fathom;"),
              std::string::npos);
  }
}

TEST(ManifestCheckTest, RefusesWrongNumbers) {
  const std::vector<std::pair<std::string, std::function<void(ManifestT&)>>>
      cases = {
          {"ABI version", [](auto& m) { ++m.abi_version; }},
          {"vocabulary", [](auto& m) { m.model->vocabulary_size = 0; }},
          {"vocabulary",
           [](auto& m) { m.model->vocabulary_size = kVocabularyMax + 1; }},
          {"hidden size", [](auto& m) { m.model->context_tokens = 1u << 31; }},
          {"127 positions", [](auto& m) { m.model->position_limit = 127; }},
          {"2147483648 positions",
           [](auto& m) { m.model->position_limit = 1u << 31; }},
          {"4097 layers",
           [](auto& m) { m.model->mtp_layer_count = kLayersMax - 1; }},
          {"experts a token", [](auto& m) { m.model->experts_per_token = 1; }},
          {"has_token", [](auto& m) { m.has_token.resize(12); }},
          {"2147483648 new tokens",
           [](auto& m) { m.generation->max_new_tokens = 1u << 31; }},
          {"max_length of 2147483648",
           [](auto& m) { m.generation->max_length = 1u << 31; }},
          {"page stride",
           [](auto& m) { m.caches[0]->page_stride_bytes = 192; }},
          {"page stride",
           [](auto& m) { m.caches[0]->layer_bytes = uint64_t{1} << 63; }},
          {"pages of 0", [](auto& m) { m.caches[0]->page_tokens = 0; }},
          {"no level", [](auto& m) { m.levels.clear(); }},
          {"symbol", [](auto& m) { m.levels[0]->step_symbol = "a b"; }},
          {"symbol",
           [](auto& m) {
             m.levels[0]->step_symbol = std::string(kSymbolBytesMax + 1, 'a');
           }},
          {"buffer 'x'", [](auto& m) { m.buffers[0]->bytes = 129; }},
          {"buffer 'x'", [](auto& m) { m.buffers[0]->offset = UINT64_MAX; }},
          {"buffer 'x'", [](auto& m) { m.buffers[0]->first_phase = 1; }},
          {"arena", [](auto& m) { m.arena_thread_bytes = 63; }},
          {"layer 2", [](auto& m) { m.weights[0]->layer = 2; }},
          {"index 1", [](auto& m) { m.weights[0]->index = 1; }},
          {"weight 'w'", [](auto& m) { m.weights[0]->offset = 32; }},
          {"weight 'w'", [](auto& m) { m.weights[0]->bytes = 4097; }},
          {"weight blocks", [](auto& m) { m.weights_block_bytes = 0; }},
          {"block digests", [](auto& m) { m.weights_blocks.resize(48); }},
          {"digest", [](auto& m) { m.code->sha256.resize(31); }},
      };
  for (const auto& [culprit, change] : cases) {
    EXPECT_NE(MessageAfter(change).find(culprit), std::string::npos)
        << culprit << ": " << MessageAfter(change);
  }
}

TEST(ManifestCheckTest, TakesNumbersAtTheirLimits) {
  EXPECT_EQ(MessageAfter([](auto& m) {
              m.model->vocabulary_size = kVocabularyMax;
              m.model->mtp_layer_count = kLayersMax - 2;
              m.model->context_tokens = INT32_MAX;
              m.model->position_limit = INT32_MAX;
              m.generation->max_new_tokens = INT32_MAX;
              m.generation->max_length = INT32_MAX;
              m.has_token.resize(kVocabularyMax / 8);
              m.levels[0]->step_symbol = std::string(kSymbolBytesMax, 'a');
            }),
            "");
  EXPECT_EQ(MessageAfter([](auto& m) {
              m.model->position_limit = m.model->context_tokens;
            }),
            "");
}

// Ids of tokens are rows of the logits: 100 of them here.
TEST(ManifestCheckTest, A2_IdsBeyondTheVocabulary) {
  const std::vector<
      std::pair<std::string, std::function<void(ManifestT&, int64_t)>>>
      ids = {
          {"an eos id",
           [](auto& m, int64_t id) {
             m.generation->eos_ids = {0, static_cast<uint32_t>(id)};
           }},
          {"the bos id",
           [](auto& m, int64_t id) {
             m.generation->bos_id = static_cast<int32_t>(id);
           }},
          {"the id that opens thinking",
           [](auto& m, int64_t id) {
             m.reasoning->think_open_id = static_cast<int32_t>(id);
           }},
          {"the id that closes thinking",
           [](auto& m, int64_t id) {
             m.reasoning->think_close_id = static_cast<int32_t>(id);
           }},
      };
  for (const auto& [name, set] : ids) {
    auto message = [&set = set](int64_t id) {
      return MessageAfter([&](ManifestT& m) { set(m, id); });
    };
    const bool is_eos = &set == &ids[0].second;
    EXPECT_EQ(message(0), "");
    EXPECT_EQ(message(99), "");
    // -1 is no token; an eos id is one in any case.
    EXPECT_EQ(message(-1).empty(), !is_eos) << name;
    for (int64_t id : {int64_t{100}, int64_t{99'999}, int64_t{INT32_MAX},
                       is_eos ? int64_t{UINT32_MAX} : int64_t{-2},
                       is_eos ? int64_t{1} << 31 : int64_t{INT32_MIN}}) {
      EXPECT_EQ(message(id),
                absl::StrCat("manifest.bin: found the token ", id, " as ", name,
                             ", expected one from 0 to 99"));
    }
  }
}

// A root table whose bytes can be turned.
class Bytes {
 public:
  Bytes() : bytes_(Pack(Good())) {}
  // Where the value of a field stands, an offset for all but scalars.
  size_t FieldAt(flatbuffers::voffset_t field) const {
    return RootAt() + Root().GetOptionalFieldOffset(field);
  }
  size_t RootAt() const { return Get<uint32_t>(0); }
  // Where the table or vector lies that the offset at `at` leads to.
  size_t Follow(size_t at) const { return at + Get<uint32_t>(at); }
  template <typename T>
  T Get(size_t at) const {
    return flatbuffers::ReadScalar<T>(&bytes_[at]);
  }
  template <typename T>
  Bytes With(size_t at, T value) const {
    Bytes changed = *this;
    flatbuffers::WriteScalar(&changed.bytes_[at], value);
    return changed;
  }
  Bytes Without(flatbuffers::voffset_t field) const {
    const auto at = static_cast<size_t>(Root().GetVTable() - bytes_.data());
    return With<uint16_t>(at + field, 0);
  }
  bool IsManifest() const {
    auto result = CheckManifest(bytes_);
    if (result.ok()) return true;
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(
        result.status().message(),
        absl::StrCat("manifest.bin: found ", bytes_.size(),
                     " bytes that are not a manifest, expected a FlatBuffer "
                     "with the identifier FTHM"));
    return false;
  }

 private:
  const flatbuffers::Table& Root() const {
    return *flatbuffers::GetRoot<flatbuffers::Table>(bytes_.data());
  }
  std::vector<uint8_t> bytes_;
};

using fathom::schema::Manifest;

TEST(ManifestCheckTest, A2_MissingRequiredFields) {
  const Bytes good;
  ASSERT_TRUE(good.IsManifest());
  for (flatbuffers::voffset_t field :
       {Manifest::VT_MODEL, Manifest::VT_CACHES, Manifest::VT_LEVELS,
        Manifest::VT_PHASES, Manifest::VT_MTP_PHASES, Manifest::VT_BUFFERS,
        Manifest::VT_WEIGHTS, Manifest::VT_WEIGHTS_FORMAT, Manifest::VT_CODE,
        Manifest::VT_WEIGHTS_HEADER, Manifest::VT_WEIGHTS_BLOCKS,
        Manifest::VT_GENERATION, Manifest::VT_REASONING,
        Manifest::VT_PROVENANCE}) {
    EXPECT_FALSE(good.Without(field).IsManifest()) << field;
  }
  // In a table within: the name of the model.
  const size_t model = good.Follow(good.FieldAt(Manifest::VT_MODEL));
  const size_t vtable = model - static_cast<size_t>(good.Get<int32_t>(model));
  EXPECT_FALSE(good.With<uint16_t>(vtable + fathom::schema::Model::VT_NAME, 0)
                   .IsManifest());
}

// Offsets lead forward alone; one that leads back, or nowhere on, would make
// the tables a cycle.
TEST(ManifestCheckTest, A2_OffsetsThatWouldBeCycles) {
  const Bytes good;
  const size_t root = good.RootAt();
  const size_t levels = good.Follow(good.FieldAt(Manifest::VT_LEVELS));
  for (size_t at :
       {good.FieldAt(Manifest::VT_MODEL), good.FieldAt(Manifest::VT_CODE),
        good.FieldAt(Manifest::VT_LEVELS), levels + 4}) {
    const auto to_root = static_cast<uint32_t>(root - at);
    const auto to_start = static_cast<uint32_t>(0 - at);
    for (uint32_t offset :
         {uint32_t{0}, to_root, to_start, ~uint32_t{0}, uint32_t{1} << 31}) {
      EXPECT_FALSE(good.With(at, offset).IsManifest()) << at << " " << offset;
    }
  }
  // A vector that holds itself: its one element leads to its length.
  EXPECT_FALSE(good.With(levels + 4, ~uint32_t{3}).IsManifest());
  // A table that is its own vtable, and one whose vtable is out of bounds.
  for (int32_t offset : {0, INT32_MAX, INT32_MIN, -1}) {
    EXPECT_FALSE(good.With(root, offset).IsManifest()) << offset;
  }
  EXPECT_FALSE(good.With<uint32_t>(0, 0).IsManifest());
}

// Nothing of a manifest nests as deep as is allowed, so a chain of tables
// stands for one of another schema that does.
struct Chain : flatbuffers::Table {
  static constexpr flatbuffers::voffset_t kNext = 4;
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, kNext) &&
           verifier.VerifyTable(GetPointer<const Chain*>(kNext)) &&
           verifier.EndTable();
  }
};

TEST(ManifestCheckTest, A2_NestedDeeperThanTheLimit) {
  auto verifies = [](uint32_t tables, uint32_t depth_max) {
    flatbuffers::FlatBufferBuilder builder;
    flatbuffers::Offset<Chain> next;
    for (uint32_t i = 0; i < tables; ++i) {
      const auto start = builder.StartTable();
      builder.AddOffset(Chain::kNext, next);
      next = flatbuffers::Offset<Chain>(builder.EndTable(start));
    }
    builder.Finish(next);
    flatbuffers::Verifier verifier(builder.GetBufferPointer(),
                                   builder.GetSize(), depth_max,
                                   kManifestTablesMax);
    return verifier.VerifyBuffer<Chain>(nullptr);
  };
  EXPECT_EQ(kManifestDepthMax, 16u);
  EXPECT_TRUE(verifies(16, kManifestDepthMax));
  EXPECT_FALSE(verifies(17, kManifestDepthMax));
  EXPECT_FALSE(verifies(100'000, kManifestDepthMax));
}

}  // namespace
}  // namespace fathom::rt
