// See summary_page.h.
#include "tools/fathom/summary_page.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "runtime/base/quoting.h"
#include "runtime/base/units.h"
#include "tools/cli/help.h"

namespace fathom::rt {
namespace {

namespace fs = fathom::schema;

constexpr int kTextColumn = 16;

std::string Text(const flatbuffers::String* text) {
  return text == nullptr ? "" : Shown(text->str());
}

// "1 layer", "2 layers".
std::string Counted(uint64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

// Lines of a name and a text.
class Lines {
 public:
  explicit Lines(int width) : width_(width) {}

  void Add(absl::string_view name, absl::string_view text) {
    absl::StrAppendFormat(&lines_, "%-*s%s\n", kTextColumn, name,
                          Wrapped(text, kTextColumn, kTextColumn, width_));
  }
  // A part of the line above.
  void AddPart(absl::string_view name, absl::string_view text) {
    Add(absl::StrCat("  ", name), text);
  }

  const std::string& lines() const { return lines_; }

 private:
  int width_;
  std::string lines_;
};

std::string ArchitectureText(const fs::Model& model) {
  std::string text = absl::StrCat(Text(model.architecture()), ", ",
                                  Counted(model.layer_count(), "layer"),
                                  ", hidden size ", model.hidden_size(),
                                  ", vocabulary ", model.vocabulary_size());
  if (model.expert_count() > 0) {
    absl::StrAppend(&text, ", ", Counted(model.expert_count(), "expert"),
                    " in ", Counted(model.expert_layer_count(), "layer"), ", ",
                    model.experts_per_token(), " for a token");
  }
  if (model.mtp_layer_count() > 0) {
    absl::StrAppend(&text, ", ", Counted(model.mtp_layer_count(), "MTP layer"));
  }
  return text;
}

// Bytes of the caches for so many tokens, in whole pages.
uint64_t CacheBytes(const fs::Manifest& manifest, uint64_t tokens) {
  uint64_t bytes = 0;
  for (const fs::CacheClass* cache : *manifest.caches()) {
    const uint64_t page_tokens = std::max(cache->page_tokens(), 1u);
    bytes +=
        (tokens + page_tokens - 1) / page_tokens * cache->page_stride_bytes();
  }
  return bytes;
}

// "bf16" of "panels<bf16, 64x2>"; of several parts that of the first.
std::string FormatOf(const fs::Weight& weight) {
  const std::string layout = Text(weight.layout());
  const size_t begin = layout.find('<');
  if (begin == std::string::npos) return layout;
  const size_t end = layout.find_first_of(",>", begin);
  return layout.substr(begin + 1, end - begin - 1);
}

void AddWeights(const fs::Manifest& manifest, Lines& lines) {
  struct Sum {
    uint64_t bytes = 0, count = 0;
  };
  std::map<std::string, Sum> formats;
  for (const fs::Weight* weight : *manifest.weights()) {
    Sum& sum = formats[FormatOf(*weight)];
    sum.bytes += weight->bytes();
    ++sum.count;
  }
  lines.Add("weights",
            absl::StrCat(BytesText(manifest.weights_bytes()), ", of which ",
                         BytesText(manifest.model()->weight_bytes_per_token()),
                         " are read for a token"));
  for (const auto& [format, sum] : formats) {
    lines.AddPart(format, absl::StrCat(BytesText(sum.bytes), " in ",
                                       Counted(sum.count, "tensor")));
  }
}

void AddLevels(const fs::Manifest& manifest, const CpuFeatures& features,
               Lines& lines) {
  lines.Add("code", BytesText(manifest.code_bytes()));
  for (const fs::Level* level : *manifest.levels()) {
    std::vector<std::string> missing;
    for (const auto* feature : *level->features()) {
      if (!features.Has(feature->str())) {
        missing.push_back(Text(feature));
      }
    }
    lines.AddPart(Text(level->name()),
                  missing.empty()
                      ? std::string("runs on this machine")
                      : absl::StrCat("does not run on this machine, which "
                                     "lacks ",
                                     absl::StrJoin(missing, ", ")));
  }
}

bool IsPresent(const flatbuffers::Vector<uint8_t>* bytes) {
  return bytes != nullptr && bytes->size() > 0;
}

std::string ChatTemplateText(const fs::Manifest& manifest) {
  if (!IsPresent(manifest.chat_template())) {
    return "none; use 'fathom run --raw'";
  }
  return IsPresent(manifest.tool_template()) ? "yes, and another one for tools"
                                             : "yes";
}

std::string ReasoningText(const fs::Reasoning& reasoning) {
  if (reasoning.think_close_id() < 0) return "no tokens that mark thinking";
  if (reasoning.think_open_id() < 0) {
    return absl::StrCat("token ", reasoning.think_close_id(), " ends thinking");
  }
  return absl::StrCat("token ", reasoning.think_open_id(),
                      " begins thinking, token ", reasoning.think_close_id(),
                      " ends it");
}

std::string SamplingText(const fs::Generation& generation) {
  std::vector<std::string> settings;
  if (generation.sample()) {
    settings.push_back(
        absl::StrFormat("temperature %g", generation.temperature()));
    if (generation.top_k() > 0) {
      settings.push_back(absl::StrCat("top-k ", generation.top_k()));
    }
    if (generation.top_p() < 1) {
      settings.push_back(absl::StrFormat("top-p %g", generation.top_p()));
    }
    if (generation.min_p() > 0) {
      settings.push_back(absl::StrFormat("min-p %g", generation.min_p()));
    }
  } else {
    settings.push_back("greedy");
  }
  if (generation.repetition_penalty() != 1) {
    settings.push_back(absl::StrFormat("repetition penalty %g",
                                       generation.repetition_penalty()));
  }
  if (generation.max_new_tokens() > 0) {
    settings.push_back(absl::StrCat(
        "at most ", Counted(generation.max_new_tokens(), "token")));
  }
  if (generation.max_length() > 0) {
    settings.push_back(absl::StrCat("at most ",
                                    Counted(generation.max_length(), "token"),
                                    " with the prompt"));
  }
  const auto& ends = *generation.eos_ids();
  if (ends.size() > 0) {
    settings.push_back(
        absl::StrCat("ends at token ", absl::StrJoin(ends, " or ")));
  }
  return absl::StrJoin(settings, ", ");
}

std::string SourcesText(const fs::Provenance& provenance) {
  std::vector<std::string> names;
  for (const fs::Digest* input : *provenance.inputs()) {
    names.push_back(Text(input->name()));
  }
  constexpr size_t kNamesMax = 8;
  const size_t count = names.size();
  if (count <= kNamesMax) return absl::StrJoin(names, ", ");
  names.resize(kNamesMax);
  return absl::StrCat(absl::StrJoin(names, ", "), " and ", count - kNamesMax,
                      " more");
}

}  // namespace

std::string SummaryPage(const fs::Manifest& manifest,
                        const CpuFeatures& features, int width) {
  const fs::Model& model = *manifest.model();
  Lines lines(width);
  lines.Add("name", Text(model.name()));
  lines.Add("architecture", ArchitectureText(model));
  lines.Add("parameters", CountText(model.parameter_count()));
  lines.Add("context",
            absl::StrCat(Counted(model.context_tokens(), "token"),
                         model.position_limit() > model.context_tokens()
                             ? absl::StrCat("; the model has positions for ",
                                            model.position_limit())
                             : ""));
  lines.Add(
      "cache",
      absl::StrCat(BytesText(CacheBytes(manifest, 1000)), " for 1000 tokens, ",
                   BytesText(CacheBytes(manifest, model.context_tokens())),
                   " for the whole context"));
  AddWeights(manifest, lines);
  AddLevels(manifest, features, lines);
  lines.Add("tokenizer", IsPresent(manifest.tokenizer())
                             ? "yes"
                             : "none; only 'fathom logits' and 'fathom bench' "
                               "work");
  lines.Add("chat template", ChatTemplateText(manifest));
  lines.Add("reasoning", ReasoningText(*manifest.reasoning()));
  lines.Add("sampling", SamplingText(*manifest.generation()));
  const fs::Provenance& provenance = *manifest.provenance();
  lines.Add("compiled by", absl::StrCat(Text(provenance.compiler()), "; ABI ",
                                        manifest.abi_version()));
  lines.AddPart("options", Text(provenance.options()));
  lines.AddPart("from", SourcesText(provenance));
  return lines.lines();
}

}  // namespace fathom::rt
