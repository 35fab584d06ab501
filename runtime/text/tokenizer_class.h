// The class that transformers 5 loads a tokenizer as. It only decides which
// special tokens there are by default: how texts are split is tokenizer.json's
// affair, though transformers 5 builds the steps of some classes anew.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_CLASS_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_CLASS_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fathom::rt {

// What the choice depends on; empty where a file does not say it.
struct TokenizerClassFacts {
  std::string model_type;      // of config.json
  std::string config_class;    // `tokenizer_class` of tokenizer_config.json
  std::string model_class;     // `tokenizer_class` of config.json
  bool has_auto_map = false;   // `auto_map` for tokenizers
  bool is_byte_level = false;  // tokenizer.json has a step "ByteLevel"
};

// As AutoTokenizer chooses it, without "Fast" at its end; empty for the
// class that brings nothing of its own.
std::string TokenizerClassOf(const TokenizerClassFacts& facts);

// The special tokens that a class has where no file names them, as name and
// text; the text is null where the class says that there is none.
absl::Span<const std::pair<absl::string_view, const char*>>
DefaultSpecialTokens(absl::string_view tokenizer_class);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_CLASS_H_
