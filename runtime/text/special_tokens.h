// Which tokens of a model are special, and the names they go by.
#ifndef FATHOM_RUNTIME_TEXT_SPECIAL_TOKENS_H_
#define FATHOM_RUNTIME_TEXT_SPECIAL_TOKENS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// The contents of the files of a model's folder that have a say in its
// tokenizer; nothing where there is no such file. They have to outlive it.
struct TokenizerFiles {
  std::optional<absl::string_view> tokenizer;  // tokenizer.json
  std::optional<absl::string_view> config;     // tokenizer_config.json
  std::optional<absl::string_view>
      special_tokens_map;                         // special_tokens_map.json
  std::optional<absl::string_view> model_config;  // config.json
};

struct SpecialToken {
  std::string name;  // "bos_token", "image_token"
  std::string text;
  // The file that names it, as "tokenizer_config.json"; empty where it comes
  // with the tokenizer's class.
  std::string file;
};

// The special tokens that have names, as transformers 5 has them after loading
// the folder (`special_tokens_map` of its tokenizers):
//  - special_tokens_map.json wins over tokenizer_config.json, but is not read
//    where the latter has `added_tokens_decoder`;
//  - besides the seven standard names, any `*_token` whose value is a token and
//    the names in `extra_special_tokens`;
//  - for standard names that no file decides, the defaults of the tokenizer's
//    class, then the padding token saved in tokenizer.json.
// InvalidArgument says in which file something is wrong.
absl::StatusOr<std::vector<SpecialToken>> ReadSpecialTokens(
    const TokenizerFiles& files);

// The token of that name, or null.
const SpecialToken* FindSpecialToken(const std::vector<SpecialToken>& tokens,
                                     absl::string_view name);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_SPECIAL_TOKENS_H_
