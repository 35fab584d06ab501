// The manifest as an outline, table by table of the schema.
#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "runtime/io/digest.h"
#include "tools/fathom/inspect_command.h"

namespace fathom::rt {
namespace {

namespace fs = fathom::schema;
using Bytes = flatbuffers::Vector<uint8_t>;

absl::string_view View(const uint8_t* data, size_t bytes) {
  return {reinterpret_cast<const char*>(data), bytes};
}

std::string Hex(const Bytes& bytes) {
  return absl::BytesToHexString(View(bytes.data(), bytes.size()));
}

// A list of what `describe` makes of each entry; empty where there is none.
template <typename Entries, typename Describe>
Outline ListOf(const Entries* entries, const Describe& describe) {
  Outline list = Outline::List();
  if (entries == nullptr) return list;
  for (const auto& entry : *entries) list.Append(describe(entry));
  return list;
}

template <typename Number>
Outline Same(Number number) {
  return number;
}
Outline Text(const flatbuffers::String* text) {
  return text == nullptr ? std::string() : text->str();
}

// Bytes that only a program can read.
Outline Opaque(const Bytes* bytes) {
  Outline outline = Outline::Object();
  outline.Add("bytes", uint64_t{bytes == nullptr ? 0 : bytes->size()});
  if (bytes == nullptr) return outline;
  const Sha256Digest digest = Sha256(View(bytes->data(), bytes->size()));
  outline.Add("sha256",
              absl::BytesToHexString(View(digest.data(), digest.size())));
  return outline;
}

Outline DigestOf(const fs::Digest* digest) {
  return Outline::Object()
      .Add("name", Text(digest->name()))
      .Add("sha256", Hex(*digest->sha256()));
}

Outline ModelOf(const fs::Model& model) {
  return Outline::Object()
      .Add("name", Text(model.name()))
      .Add("architecture", Text(model.architecture()))
      .Add("hidden_size", model.hidden_size())
      .Add("layer_count", model.layer_count())
      .Add("mtp_layer_count", model.mtp_layer_count())
      .Add("vocabulary_size", model.vocabulary_size())
      .Add("context_tokens", model.context_tokens())
      .Add("position_limit", model.position_limit())
      .Add("step_tokens_max", model.step_tokens_max())
      .Add("expert_count", model.expert_count())
      .Add("experts_per_token", model.experts_per_token())
      .Add("expert_layer_count", model.expert_layer_count())
      .Add("parameter_count", model.parameter_count())
      .Add("weight_bytes_per_token", model.weight_bytes_per_token())
      .Add("prompt_macs_per_token", model.prompt_macs_per_token())
      .Add("head_macs", model.head_macs());
}

Outline CacheOf(const fs::CacheClass* cache) {
  return Outline::Object()
      .Add("name", Text(cache->name()))
      .Add("page_tokens", cache->page_tokens())
      .Add("layer_bytes", cache->layer_bytes())
      .Add("layer_count", cache->layer_count())
      .Add("page_stride_bytes", cache->page_stride_bytes())
      .Add("window_tokens", cache->window_tokens())
      .Add("element", Text(cache->element()))
      .Add("values_per_token", cache->values_per_token());
}

Outline LevelOf(const fs::Level* level) {
  return Outline::Object()
      .Add("name", Text(level->name()))
      .Add("step_symbol", Text(level->step_symbol()))
      .Add("mtp_symbol", Text(level->mtp_symbol()))
      .Add("read_probe_symbol", Text(level->read_probe_symbol()))
      .Add("dot_probe_symbol", Text(level->dot_probe_symbol()))
      .Add("dot_name", Text(level->dot_name()))
      .Add("features", ListOf(level->features(), Text));
}

Outline PhaseOf(const fs::Phase* phase) {
  return Outline::Object()
      .Add("layer", phase->layer())
      .Add("name", Text(phase->name()));
}

Outline BufferOf(const fs::Buffer* buffer) {
  return Outline::Object()
      .Add("name", Text(buffer->name()))
      .Add("kind", Text(buffer->kind()))
      .Add("offset", buffer->offset())
      .Add("bytes", buffer->bytes())
      .Add("first_phase", buffer->first_phase())
      .Add("last_phase", buffer->last_phase());
}

Outline WeightOf(const fs::Weight* weight) {
  return Outline::Object()
      .Add("name", Text(weight->name()))
      .Add("layer", weight->layer())
      .Add("index", weight->index())
      .Add("offset", weight->offset())
      .Add("bytes", weight->bytes())
      .Add("layout", Text(weight->layout()))
      .Add("shape", ListOf(weight->shape(), Same<uint64_t>))
      .Add("sources", ListOf(weight->sources(), Text));
}

Outline BlocksOf(const Bytes& digests) {
  Outline list = Outline::List();
  for (size_t at = 0; at < digests.size(); at += sizeof(BlockDigest)) {
    const size_t bytes =
        std::min<size_t>(sizeof(BlockDigest), digests.size() - at);
    list.Append(absl::BytesToHexString(View(digests.data() + at, bytes)));
  }
  return list;
}

Outline GenerationOf(const fs::Generation& generation) {
  return Outline::Object()
      .Add("sample", generation.sample())
      .Add("temperature", double{generation.temperature()})
      .Add("top_k", generation.top_k())
      .Add("top_p", double{generation.top_p()})
      .Add("min_p", double{generation.min_p()})
      .Add("repetition_penalty", double{generation.repetition_penalty()})
      .Add("eos_ids", ListOf(generation.eos_ids(), Same<uint32_t>))
      .Add("bos_id", generation.bos_id())
      .Add("max_new_tokens", generation.max_new_tokens())
      .Add("max_length", generation.max_length());
}

Outline ProvenanceOf(const fs::Provenance& provenance) {
  return Outline::Object()
      .Add("compiler", Text(provenance.compiler()))
      .Add("pipeline", Text(provenance.pipeline()))
      .Add("options", Text(provenance.options()))
      .Add("inputs", ListOf(provenance.inputs(), DigestOf));
}

Outline NamedTextOf(const fs::NamedText* named) {
  return Outline::Object()
      .Add("name", Text(named->name()))
      .Add("text", Text(named->text()));
}

Outline ChatTemplateOf(const fs::ChatTemplate* chat_template) {
  Outline outline = Outline::Object()
                        .Add("name", Text(chat_template->name()))
                        .Add("program", Opaque(chat_template->program()));
  if (chat_template->refusal() == nullptr) return outline;
  return std::move(outline).Add("refusal", Text(chat_template->refusal()));
}

}  // namespace

Outline DescribeManifest(const fs::Manifest& manifest) {
  const auto& reasoning = *manifest.reasoning();
  return Outline::Object()
      .Add("abi_version", manifest.abi_version())
      .Add("model", ModelOf(*manifest.model()))
      .Add("levels", ListOf(manifest.levels(), LevelOf))
      .Add("caches", ListOf(manifest.caches(), CacheOf))
      .Add("generation", GenerationOf(*manifest.generation()))
      .Add("reasoning", Outline::Object()
                            .Add("think_open_id", reasoning.think_open_id())
                            .Add("think_close_id", reasoning.think_close_id()))
      .Add("tokenizer", Opaque(manifest.tokenizer()))
      .Add("has_token", Opaque(manifest.has_token()))
      .Add("chat_template", Opaque(manifest.chat_template()))
      .Add("tool_template", Opaque(manifest.tool_template()))
      .Add("more_templates", ListOf(manifest.more_templates(), ChatTemplateOf))
      .Add("special_tokens", ListOf(manifest.special_tokens(), NamedTextOf))
      .Add("provenance", ProvenanceOf(*manifest.provenance()))
      .Add("code", DigestOf(manifest.code()))
      .Add("code_bytes", manifest.code_bytes())
      .Add("arena_shared_bytes", manifest.arena_shared_bytes())
      .Add("arena_thread_bytes", manifest.arena_thread_bytes())
      .Add("buffers", ListOf(manifest.buffers(), BufferOf))
      .Add("phases", ListOf(manifest.phases(), PhaseOf))
      .Add("mtp_phases", ListOf(manifest.mtp_phases(), PhaseOf))
      .Add("weights_format", Text(manifest.weights_format()))
      .Add("weights_bytes", manifest.weights_bytes())
      .Add("weights_header", DigestOf(manifest.weights_header()))
      .Add("weights_block_bytes", manifest.weights_block_bytes())
      .Add("weights_blocks", BlocksOf(*manifest.weights_blocks()))
      .Add("weights", ListOf(manifest.weights(), WeightOf));
}

}  // namespace fathom::rt
