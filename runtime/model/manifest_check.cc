// Checks that every number of a manifest can be relied upon: sizes add up,
// ranges lie inside what they index, ids have a logit, names can be looked up.
// The settings of sampling are checked where sampling is (serve/sampler.h).
#include "runtime/model/manifest_check.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "runtime/abi/step.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

using fathom::schema::CacheClass;
using fathom::schema::Manifest;

constexpr size_t kSha256Bytes = 32;
constexpr size_t kBlockDigestBytes = 16;

// Formats into one line that names the file.
template <typename... Args>
absl::Status Bad(const absl::FormatSpec<Args...>& format, const Args&... args) {
  return absl::InvalidArgumentError("manifest.bin: " +
                                    absl::StrFormat(format, args...));
}

// Of what is whole, but for another Fathom: the input is not at fault.
template <typename... Args>
absl::Status Other(const absl::FormatSpec<Args...>& format,
                   const Args&... args) {
  return absl::FailedPreconditionError("manifest.bin: " +
                                       absl::StrFormat(format, args...));
}

std::string Name(const flatbuffers::String* name) {
  return Shown(absl::string_view(name->c_str(), name->size()));
}

// Whether [offset, offset + bytes) lies in [0, end), without wrapping.
bool Within(uint64_t offset, uint64_t bytes, uint64_t end) {
  return offset <= end && bytes <= end - offset;
}

absl::Status CheckSymbol(const flatbuffers::String* symbol) {
  bool good = symbol->size() >= 1 && symbol->size() <= kSymbolBytesMax &&
              (symbol->Get(0) < '0' || symbol->Get(0) > '9');
  for (char c : *symbol) {
    good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    (c >= '0' && c <= '9') || c == '_');
  }
  if (good) return absl::OkStatus();
  return Bad("found the symbol '%s', expected a C name of at most %d bytes",
             Name(symbol), kSymbolBytesMax);
}

absl::Status CheckModel(const Manifest& manifest) {
  const auto& model = *manifest.model();
  if (model.vocabulary_size() < 1 || model.vocabulary_size() > kVocabularyMax) {
    return Bad("found a vocabulary of %d, expected 1 to %d",
               model.vocabulary_size(), kVocabularyMax);
  }
  if (model.hidden_size() < 1 || model.layer_count() < 1 ||
      model.context_tokens() < 1 || model.context_tokens() > INT32_MAX ||
      model.step_tokens_max() < 1 || model.step_tokens_max() > INT32_MAX) {
    return Bad(
        "found hidden size %d, %d layers, context %d, steps of %d tokens, "
        "expected positive int32 numbers",
        model.hidden_size(), model.layer_count(), model.context_tokens(),
        model.step_tokens_max());
  }
  // 0 in artifacts from before it was kept.
  if (model.position_limit() != 0 &&
      (model.position_limit() < model.context_tokens() ||
       model.position_limit() > INT32_MAX)) {
    return Bad("found a limit of %d positions, expected the context's %d to %d",
               model.position_limit(), model.context_tokens(), INT32_MAX);
  }
  const uint64_t layers =
      uint64_t{model.layer_count()} + model.mtp_layer_count();
  if (layers > kLayersMax) {
    return Bad("found %d layers, expected at most %d", layers, kLayersMax);
  }
  if (model.experts_per_token() > model.expert_count()) {
    return Bad("found %d experts a token, expected at most the %d there are",
               model.experts_per_token(), model.expert_count());
  }
  const auto* bits = manifest.has_token();
  uint64_t wanted = (uint64_t{model.vocabulary_size()} + 7) / 8;
  if (bits != nullptr && bits->size() != wanted) {
    return Bad("found %d bytes of has_token, expected %d", bits->size(),
               wanted);
  }
  return absl::OkStatus();
}

// A token's id is a row of the logits, whose count may be padded beyond the
// tokenizer's.
absl::Status CheckToken(absl::string_view name, int64_t id,
                        const Manifest& manifest) {
  const int64_t last = int64_t{manifest.model()->vocabulary_size()} - 1;
  if (id >= 0 && id <= last) return absl::OkStatus();
  return Bad("found the token %d as %s, expected one from 0 to %d", id, name,
             last);
}

absl::Status CheckGeneration(const Manifest& manifest) {
  if (manifest.generation()->max_new_tokens() > INT32_MAX) {
    return Bad("found at most %d new tokens, expected at most %d",
               manifest.generation()->max_new_tokens(), INT32_MAX);
  }
  if (manifest.generation()->max_length() > INT32_MAX) {
    return Bad("found a max_length of %d, expected at most %d",
               manifest.generation()->max_length(), INT32_MAX);
  }
  for (const uint32_t id : *manifest.generation()->eos_ids()) {
    FATHOM_RETURN_IF_ERROR(CheckToken("an eos id", id, manifest));
  }
  const std::pair<absl::string_view, int32_t> optional[] = {
      {"the bos id", manifest.generation()->bos_id()},
      {"the id that opens thinking", manifest.reasoning()->think_open_id()},
      {"the id that closes thinking", manifest.reasoning()->think_close_id()},
  };
  for (const auto& [name, id] : optional) {
    if (id == -1) continue;  // there is none
    FATHOM_RETURN_IF_ERROR(CheckToken(name, id, manifest));
  }
  return absl::OkStatus();
}

absl::Status CheckCache(const CacheClass& cache) {
  if (cache.page_tokens() < 1 || cache.page_tokens() > INT32_MAX) {
    return Bad("cache '%s': found pages of %d tokens, expected 1 to %d",
               Name(cache.name()), cache.page_tokens(), INT32_MAX);
  }
  uint64_t bytes = 0;
  uint64_t stride = 0;
  if (__builtin_mul_overflow(cache.layer_bytes(), cache.layer_count(),
                             &bytes) ||
      bytes == 0 || __builtin_add_overflow(bytes, 63, &stride) ||
      cache.page_stride_bytes() != (stride & ~uint64_t{63})) {
    return Bad(
        "cache '%s': found a page stride of %d, expected %d layers of "
        "%d bytes rounded up to 64",
        Name(cache.name()), cache.page_stride_bytes(), cache.layer_count(),
        cache.layer_bytes());
  }
  return absl::OkStatus();
}

absl::Status CheckLevels(const Manifest& manifest) {
  if (manifest.levels()->size() == 0) {
    return Bad("found no level, expected at least 1");
  }
  std::set<std::string> names;
  for (const auto* level : *manifest.levels()) {
    if (!names.insert(level->name()->str()).second) {
      return Bad("found the level '%s' twice", Name(level->name()));
    }
    FATHOM_RETURN_IF_ERROR(CheckSymbol(level->step_symbol()));
    FATHOM_RETURN_IF_ERROR(CheckSymbol(level->read_probe_symbol()));
    FATHOM_RETURN_IF_ERROR(CheckSymbol(level->dot_probe_symbol()));
    if (level->mtp_symbol() != nullptr) {
      FATHOM_RETURN_IF_ERROR(CheckSymbol(level->mtp_symbol()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckArena(const Manifest& manifest) {
  if (manifest.arena_shared_bytes() % kArenaAlignment != 0 ||
      manifest.arena_thread_bytes() % kArenaAlignment != 0) {
    return Bad("found arena parts of %d and %d bytes, expected multiples of %d",
               manifest.arena_shared_bytes(), manifest.arena_thread_bytes(),
               kArenaAlignment);
  }
  for (const auto* buffer : *manifest.buffers()) {
    if (!Within(buffer->offset(), buffer->bytes(),
                manifest.arena_shared_bytes())) {
      return Bad("buffer '%s': found %d bytes at %d, expected an end within %d",
                 Name(buffer->name()), buffer->bytes(), buffer->offset(),
                 manifest.arena_shared_bytes());
    }
    if (buffer->first_phase() > buffer->last_phase()) {
      return Bad("buffer '%s': found phases %d to %d, expected ascending ones",
                 Name(buffer->name()), buffer->first_phase(),
                 buffer->last_phase());
    }
  }
  return absl::OkStatus();
}

absl::Status CheckWeights(const Manifest& manifest) {
  const auto& model = *manifest.model();
  int64_t layers =
      int64_t{model.layer_count()} + int64_t{model.mtp_layer_count()};
  std::set<std::pair<int32_t, uint32_t>> places;
  for (const auto* weight : *manifest.weights()) {
    if (weight->layer() < -1 || weight->layer() >= layers) {
      return Bad("weight '%s': found layer %d, expected -1 to %d",
                 Name(weight->name()), weight->layer(), layers - 1);
    }
    // Indices are dense: a table is no longer than the list of weights.
    if (weight->index() >= manifest.weights()->size() ||
        !places.emplace(weight->layer(), weight->index()).second) {
      return Bad("weight '%s': found index %d, expected a free one below %d",
                 Name(weight->name()), weight->index(),
                 manifest.weights()->size());
    }
    if (weight->offset() % kWeightAlignment != 0 ||
        !Within(weight->offset(), weight->bytes(), manifest.weights_bytes())) {
      return Bad(
          "weight '%s': found %d bytes at %d, expected a multiple of %d "
          "and an end within %d",
          Name(weight->name()), weight->bytes(), weight->offset(),
          kWeightAlignment, manifest.weights_bytes());
    }
  }
  uint64_t block = manifest.weights_block_bytes();
  uint64_t bytes = manifest.weights_bytes();
  if (block == 0 || block % 4096 != 0) {
    return Bad("found weight blocks of %d bytes, expected a multiple of 4096",
               block);
  }
  uint64_t blocks = bytes / block + (bytes % block != 0 ? 1 : 0);
  uint64_t digests = manifest.weights_blocks()->size();
  if (digests % kBlockDigestBytes != 0 ||
      digests / kBlockDigestBytes != blocks) {
    return Bad("found %d bytes of block digests, expected 16 for each of %d",
               digests, blocks);
  }
  return absl::OkStatus();
}

// Whether the bytes begin as a manifest of this byte order does.
absl::Status CheckKind(absl::Span<const uint8_t> bytes) {
  if (bytes.size() < 8) return absl::OkStatus();  // the verifier's to refuse
  const absl::string_view kind(reinterpret_cast<const char*>(bytes.data()) + 4,
                               4);
  if (kind != fathom::schema::ManifestIdentifier()) {
    return Other(
        "found the identifier '%s', expected '%s': compile the model "
        "again",
        Shown(kind), fathom::schema::ManifestIdentifier());
  }
  const auto root = flatbuffers::ReadScalar<uint32_t>(bytes.data());
  if (root >= bytes.size() && __builtin_bswap32(root) < bytes.size()) {
    return Other(
        "found a first offset of %d in %d bytes, expected little "
        "endian numbers: compile the model again",
        root, bytes.size());
  }
  return absl::OkStatus();
}

absl::Status CheckVersion(uint32_t version) {
  if (version > FATHOM_ABI_VERSION) {
    return Other(
        "found ABI version %d, expected %d: this artifact was compiled by a "
        "newer Fathom; install that one, or compile the model again with this "
        "one",
        version, FATHOM_ABI_VERSION);
  }
  if (version < FATHOM_ABI_VERSION) {
    return Other(
        "found ABI version %d, expected %d: this artifact was compiled by an "
        "older Fathom; compile the model again",
        version, FATHOM_ABI_VERSION);
  }
  return absl::OkStatus();
}

// What is read as a larger version, or as 0, is no version but damage.
constexpr uint32_t kVersionMax = 9999;

// The one field of a manifest that is the same in every version.
class VersionOnly : private flatbuffers::Table {
 public:
  bool Verify(flatbuffers::Verifier& verifier) const {
    return VerifyTableStart(verifier) &&
           VerifyField<uint32_t>(verifier, Manifest::VT_ABI_VERSION, 4) &&
           verifier.EndTable();
  }
  uint32_t abi_version() const {
    return GetField<uint32_t>(Manifest::VT_ABI_VERSION, 0);
  }
};

// Whether a manifest of another version says so, which may lay out all else
// differently. What holds no version is left to the check of the whole.
absl::Status CheckOtherVersion(absl::Span<const uint8_t> bytes) {
  flatbuffers::Verifier verifier(bytes.data(), bytes.size());
  if (!verifier.VerifyBuffer<VersionOnly>(
          fathom::schema::ManifestIdentifier())) {
    return absl::OkStatus();
  }
  const uint32_t version =
      flatbuffers::GetRoot<VersionOnly>(bytes.data())->abi_version();
  return version == 0 || version > kVersionMax ? absl::OkStatus()
                                               : CheckVersion(version);
}

}  // namespace

absl::StatusOr<const Manifest*> CheckManifest(absl::Span<const uint8_t> bytes) {
  FATHOM_RETURN_IF_ERROR(CheckKind(bytes));
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), kManifestDepthMax,
                                 kManifestTablesMax);
  const bool fits =
      bytes.size() >= 8 && bytes.size() < FLATBUFFERS_MAX_BUFFER_SIZE;
  if (!fits || !fathom::schema::VerifyManifestBuffer(verifier)) {
    if (fits) FATHOM_RETURN_IF_ERROR(CheckOtherVersion(bytes));
    return Bad(
        "found %d bytes that are not a manifest, expected a FlatBuffer "
        "with the identifier FTHM",
        bytes.size());
  }
  const Manifest& manifest = *fathom::schema::GetManifest(bytes.data());
  FATHOM_RETURN_IF_ERROR(CheckVersion(manifest.abi_version()));
  for (const auto* digest : {manifest.code(), manifest.weights_header()}) {
    if (digest->sha256()->size() != kSha256Bytes) {
      return Bad("digest of '%s': found %d bytes, expected 32",
                 Name(digest->name()), digest->sha256()->size());
    }
  }
  FATHOM_RETURN_IF_ERROR(CheckModel(manifest));
  FATHOM_RETURN_IF_ERROR(CheckGeneration(manifest));
  for (const CacheClass* cache : *manifest.caches()) {
    FATHOM_RETURN_IF_ERROR(CheckCache(*cache));
  }
  FATHOM_RETURN_IF_ERROR(CheckLevels(manifest));
  FATHOM_RETURN_IF_ERROR(CheckArena(manifest));
  FATHOM_RETURN_IF_ERROR(CheckWeights(manifest));
  return &manifest;
}

}  // namespace fathom::rt
