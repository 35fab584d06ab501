#include "runtime/text/tokenizer_class.h"

#include "absl/strings/strip.h"

namespace fathom::rt {
namespace {

using Default = std::pair<absl::string_view, const char*>;

constexpr Default kLlama[] = {
    {"unk_token", "<unk>"}, {"bos_token", "<s>"}, {"eos_token", "</s>"}};
constexpr Default kCodeLlama[] = {
    {"unk_token", "<unk>"},     {"bos_token", "<s>"},
    {"eos_token", "</s>"},      {"prefix_token", "▁<PRE>"},
    {"middle_token", "▁<MID>"}, {"suffix_token", "▁<SUF>"},
    {"eot_token", "▁<EOT>"},    {"fill_token", "<FILL_ME>"}};
constexpr Default kQwen2[] = {{"unk_token", "<|endoftext|>"},
                              {"bos_token", nullptr},
                              {"eos_token", "<|endoftext|>"},
                              {"pad_token", "<|endoftext|>"}};
constexpr Default kGpt2[] = {{"unk_token", "<|endoftext|>"},
                             {"bos_token", "<|endoftext|>"},
                             {"eos_token", "<|endoftext|>"},
                             {"pad_token", nullptr}};
constexpr Default kGptNeoX[] = {{"unk_token", "<|endoftext|>"},
                                {"bos_token", "<|endoftext|>"},
                                {"eos_token", "<|endoftext|>"},
                                {"pad_token", "<|padding|>"}};
constexpr Default kGemma[] = {{"unk_token", "<unk>"},
                              {"bos_token", "<bos>"},
                              {"eos_token", "<eos>"},
                              {"pad_token", "<pad>"},
                              {"mask_token", "<mask>"}};
constexpr Default kCohere[] = {{"unk_token", "<UNK>"},
                               {"bos_token", "<BOS_TOKEN>"},
                               {"eos_token", "<|END_OF_TURN_TOKEN|>"},
                               {"pad_token", "<PAD>"},
                               {"cls_token", "<CLS>"},
                               {"sep_token", "<SEP>"},
                               {"mask_token", "<MASK_TOKEN>"}};

struct TokenizerClass {
  absl::string_view name;
  absl::Span<const Default> defaults;
};

// The classes of byte-pair encodings that have defaults.
constexpr TokenizerClass kClasses[] = {
    {"LlamaTokenizer", kLlama}, {"CodeLlamaTokenizer", kCodeLlama},
    {"Qwen2Tokenizer", kQwen2}, {"Qwen3_5Tokenizer", kQwen2},
    {"GPT2Tokenizer", kGpt2},   {"GPTNeoXTokenizer", kGptNeoX},
    {"GemmaTokenizer", kGemma}, {"CohereTokenizer", kCohere},
};

}  // namespace

std::string TokenizerClassOf(const TokenizerClassFacts& facts) {
  const absl::string_view config_class =
      absl::StripSuffix(facts.config_class, "Fast");
  const absl::string_view model_class =
      absl::StripSuffix(facts.model_class, "Fast");
  const absl::string_view named =
      config_class.empty() ? model_class : config_class;
  // Published folders of this type often name a class that is not theirs.
  const bool is_qwen2 = facts.model_type == "qwen2";
  if (is_qwen2 && (named.empty() || !facts.has_auto_map)) {
    return "Qwen2Tokenizer";
  }
  // Llama 3's folders name the class of Llama 2, which is not byte-level.
  if (named == "LlamaTokenizer" && facts.is_byte_level && !facts.has_auto_map) {
    return "";
  }
  return std::string(named);
}

absl::Span<const Default> DefaultSpecialTokens(
    absl::string_view tokenizer_class) {
  for (const TokenizerClass& known : kClasses) {
    if (known.name == tokenizer_class) return known.defaults;
  }
  return {};
}

}  // namespace fathom::rt
