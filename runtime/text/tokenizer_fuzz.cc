// Any bytes as tables, as tokenizer.json or as text: refused, or ids that there
// are, the text again, whole characters, and no control token from foreign
// bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/status.h"
#include "runtime/text/template_unicode.h"
#include "runtime/text/tokenizer.h"
#include "runtime/text/tokenizer_compiler.h"
#include "runtime/text/tokenizer_testing.h"

namespace {

using fathom::rt::ByteSpan;
using fathom::rt::Tokenizer;

const Tokenizer& Small() {
  static const std::unique_ptr<Tokenizer> tokenizer = *Tokenizer::Load(
      *fathom::rt::CompileTokenizer(fathom::rt::SmallTokenizerJson(), ""));
  return *tokenizer;
}

void CheckIds(const Tokenizer& tokenizer, const std::vector<int32_t>& ids) {
  for (int32_t id : ids) FATHOM_CHECK(tokenizer.HasToken(id));
  fathom::rt::TokenStream stream(tokenizer);
  std::string streamed;
  for (int32_t id : ids) {
    const std::string piece = stream.Push(id);
    FATHOM_CHECK(fathom::rt::IsValidUtf8(piece));
    streamed += piece;
  }
  FATHOM_CHECK(streamed + stream.Finish() == tokenizer.Decode(ids));
}

// Not byte-level: unknown characters become one token, so the text does not
// come back.
const Tokenizer& SmallText() {
  static const std::unique_ptr<Tokenizer> tokenizer = *Tokenizer::Load(
      *fathom::rt::CompileTokenizer(fathom::rt::SmallTextTokenizerJson(), ""));
  return *tokenizer;
}

void CheckForeign(absl::string_view text, const ByteSpan& foreign) {
  const auto ids = SmallText().Encode(text, {&foreign, 1});
  if (!ids.ok()) return;
  CheckIds(SmallText(), *ids);
  if (foreign.begin == 0 && foreign.end == text.size()) {
    FATHOM_CHECK(std::all_of(ids->begin(), ids->end(),
                             [](int32_t id) { return id < 8; }));
  }
}

void CheckText(absl::string_view text, const ByteSpan& foreign) {
  const auto ids = Small().Encode(text, {&foreign, 1});
  if (!ids.ok()) return;
  CheckIds(Small(), *ids);
  FATHOM_CHECK(Small().Decode(*ids) == text);
  if (foreign.begin == 0 && foreign.end == text.size()) {
    FATHOM_CHECK(std::all_of(ids->begin(), ids->end(),
                             [](int32_t id) { return id < 260; }));
  }
}

void CheckTables(absl::string_view tables) {
  const auto tokenizer = Tokenizer::Load(tables);
  if (!tokenizer.ok()) return;
  const auto ids = (*tokenizer)->Encode("a <think>abc\n 12\xC3\xA9");
  if (ids.ok()) CheckIds(**tokenizer, *ids);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const absl::string_view rest(reinterpret_cast<const char*>(data) + 3,
                               size - 3);
  switch (data[0] % 3) {
    case 0: CheckTables(rest); break;
    case 1: {
      const auto tables = fathom::rt::CompileTokenizer(rest, "");
      if (tables.ok()) CheckTables(*tables);
      break;
    }
    default: {
      const size_t begin = std::min<size_t>(data[1], rest.size());
      const size_t end = rest.size() - std::min<size_t>(data[2], rest.size());
      const ByteSpan foreign = {begin, std::max(begin, end)};
      CheckText(rest, foreign);
      CheckForeign(rest, foreign);
    }
  }
  return 0;
}
