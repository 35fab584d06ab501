// Any bytes, as the side files of a tokenizer: they are refused as an input at
// fault, or name each token once. The first byte says which file they are.
#include <cstdint>
#include <set>
#include <string>

#include "runtime/text/special_tokens.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1,
                                size - 1);
  fathom::rt::TokenizerFiles files;
  files.config = R"({"bos_token": "<s>", "image_token": "<i>"})";
  switch (data[0] % 5) {
    case 0: files.config = bytes; break;
    case 1: files.special_tokens_map = bytes; break;
    case 2: files.model_config = bytes; break;
    case 3: files.added_tokens = bytes; break;
    default: files.tokenizer = bytes; break;
  }
  const auto tokens = fathom::rt::ReadSpecialTokens(files);
  const std::string json = fathom::rt::SmallTokenizerJson();
  if (data[0] % 5 != 4) files.tokenizer = json;
  const auto tables = fathom::rt::CompileTokenizer(files);
  if (!tables.ok() && !absl::IsInvalidArgument(tables.status())) {
    __builtin_trap();
  }
  if (!tokens.ok()) {
    if (!absl::IsInvalidArgument(tokens.status())) __builtin_trap();
    return 0;
  }
  std::set<std::string> names;
  for (const fathom::rt::SpecialToken& token : *tokens) {
    if (!names.insert(token.name).second) __builtin_trap();
  }
  return 0;
}
