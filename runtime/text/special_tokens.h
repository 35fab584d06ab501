// Which tokens of a model are special, and the names they go by.
#ifndef FATHOM_RUNTIME_TEXT_SPECIAL_TOKENS_H_
#define FATHOM_RUNTIME_TEXT_SPECIAL_TOKENS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/base/json.h"

namespace fathom::rt {

// The contents of the files of a model's folder that have a say in its
// tokenizer; nothing where there is no such file. They have to outlive it.
struct TokenizerFiles {
  std::optional<absl::string_view> tokenizer;  // tokenizer.json
  std::optional<absl::string_view> config;     // tokenizer_config.json
  std::optional<absl::string_view>
      special_tokens_map;                         // special_tokens_map.json
  std::optional<absl::string_view> model_config;  // config.json
  std::optional<absl::string_view> added_tokens;  // added_tokens.json
};

// How a token that is written as an object is found in a text.
struct TokenFlags {
  bool single_word = false;
  bool lstrip = false;
  bool rstrip = false;
  std::optional<bool> normalized;  // where left out, if it is not special
  bool special = true;
};

struct SpecialToken {
  std::string name;  // "bos_token", "image_token"
  std::string text;
  // The file that names it, as "tokenizer_config.json"; empty where it comes
  // with the tokenizer's class.
  std::string file;
  // Nothing where only the text is written.
  std::optional<TokenFlags> flags;
};

struct SpecialTokens {
  // In the order in which transformers adds those that tokenizer.json lacks.
  std::vector<SpecialToken> named;
  std::vector<SpecialToken> unnamed;  // of lists; `name` is empty
};

// The special tokens that have names, as transformers 5 has them after loading
// the folder (`special_tokens_map` of its tokenizers):
//  - special_tokens_map.json wins over tokenizer_config.json, but is not read
//    where the latter has `added_tokens_decoder`;
//  - besides the seven standard names, any `*_token` whose value is a token and
//    the names in `extra_special_tokens` or `model_specific_special_tokens`;
//  - for standard names that no file decides, the defaults of the tokenizer's
//    class, then the padding token saved in tokenizer.json.
// InvalidArgument says in which file something is wrong.
absl::StatusOr<std::vector<SpecialToken>> ReadSpecialTokens(
    const TokenizerFiles& files);

// The same, and the tokens of lists (`extra_special_tokens`).
absl::StatusOr<SpecialTokens> ReadAllSpecialTokens(const TokenizerFiles& files);

// The flags of a token that is written as an object, with transformers'
// defaults for those it leaves out. `special`, if given, replaces the object's.
absl::StatusOr<TokenFlags> ReadTokenFlags(
    const JsonValue& object, std::optional<bool> special = std::nullopt);

// Whether it is one of the seven names that all tokenizers have.
bool IsStandardTokenName(absl::string_view name);

// The token of that name, or null.
const SpecialToken* FindSpecialToken(const std::vector<SpecialToken>& tokens,
                                     absl::string_view name);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_SPECIAL_TOKENS_H_
