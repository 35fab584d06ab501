// tokenizer.json, read strictly, to the tables that Tokenizer::Load() takes.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_COMPILER_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_COMPILER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/special_tokens.h"

namespace fathom::rt {

// Limits of what is compiled, and of the tables that are loaded.
inline constexpr uint32_t kTokenIdsMax = 1'048'576;
inline constexpr size_t kTokenBytesMax = size_t{64} << 20;  // of all tokens
inline constexpr size_t kMergesMax = 1'048'576;
inline constexpr size_t kAddedTokensMax = 65'536;
inline constexpr size_t kAddedTokenBytesMax = 1024;
inline constexpr size_t kSplitsMax = 16;  // steps of each kind
inline constexpr size_t kPatternBytesMax = 16'384;
inline constexpr size_t kReplacementBytesMax = 1024;  // of a step
inline constexpr size_t kAroundIdsMax = 64;  // special tokens around a text

// The tables as bytes. Of the files beside tokenizer.json the special tokens
// and `add_bos_token` and `add_eos_token` are read. InvalidArgument names what
// is wrong or not computed: a model other than BPE, an unknown normalizer,
// pre-tokenizer or decoder, dropout, ... It says in which file, of `folder`
// where there is one. Truncation and padding that were left in tokenizer.json
// have no effect: transformers resets both at each call.
absl::StatusOr<std::string> CompileTokenizer(const TokenizerFiles& files,
                                             const std::string& folder = "");

// The same for the files alone; `tokenizer_config_json` may be empty for none.
absl::StatusOr<std::string> CompileTokenizer(
    absl::string_view tokenizer_json, absl::string_view tokenizer_config_json);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_COMPILER_H_
