// See bpe_characters.h.
#include "runtime/text/bpe_characters.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"
#include "runtime/text/byte_alphabet.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

constexpr size_t kPrefixed = 1;
constexpr size_t kSuffixed = 2;

}  // namespace

BpeCharacters::BpeCharacters(Options options) : options_(std::move(options)) {
  const bool has_affix = !options_.prefix.empty() || !options_.suffix.empty();
  sets_.resize(has_affix ? 4 : 1);
  const bool is_byte_level = options_.is_byte_level;
  prefix_ = BytesOfToken(is_byte_level, options_.prefix);
  suffix_ = BytesOfToken(is_byte_level, options_.suffix);
}

size_t BpeCharacters::LengthAt(absl::string_view text, size_t at) const {
  return options_.is_byte_level ? 1 : Utf8Length(text[at]);
}

bool BpeCharacters::IsOneCharacter(absl::string_view word) const {
  return !word.empty() && LengthAt(word, 0) == word.size();
}

void BpeCharacters::AddWord(absl::string_view word, uint32_t id) {
  for (size_t place = 0; place < sets_.size(); ++place) {
    absl::string_view name = word;
    if ((place & kPrefixed) && !absl::ConsumePrefix(&name, prefix_)) continue;
    if ((place & kSuffixed) && !absl::ConsumeSuffix(&name, suffix_)) continue;
    if (!IsOneCharacter(name)) continue;
    Set& set = sets_[place];
    if (name.size() == 1) {
      set.by_byte[static_cast<uint8_t>(name[0])] = id;
    } else {
      size_t length = 0;
      set.by_code_point[DecodeUtf8(name, 0, &length)] = id;
    }
  }
}

uint32_t BpeCharacters::Find(const Set& set,
                             absl::string_view character) const {
  if (character.size() == 1) {
    return set.by_byte[static_cast<uint8_t>(character[0])];
  }
  size_t length = 0;
  auto found = set.by_code_point.find(DecodeUtf8(character, 0, &length));
  return found == set.by_code_point.end() ? kNone : found->second;
}

bool BpeCharacters::AppendBytes(absl::string_view character, bool is_first,
                                bool is_last,
                                std::vector<uint32_t>* symbols) const {
  std::string name(is_first ? "" : options_.prefix);
  if (options_.is_byte_level) {
    AppendByteCharacter(static_cast<uint8_t>(character[0]), &name);
  } else {
    name.append(character.data(), character.size());
  }
  if (is_last) name += options_.suffix;
  for (char c : name) {
    if (byte_tokens_[static_cast<uint8_t>(c)] == kNone) return false;
  }
  for (char c : name) {
    symbols->push_back(byte_tokens_[static_cast<uint8_t>(c)]);
  }
  return true;
}

absl::Status BpeCharacters::Append(absl::string_view piece,
                                   std::vector<uint32_t>* symbols) const {
  // Is not written before a character that is a word follows, nor before byte
  // tokens: the library writes those first.
  bool has_unknown = false;
  for (size_t at = 0, length = 0; at < piece.size(); at += length) {
    length = LengthAt(piece, at);
    const absl::string_view character = piece.substr(at, length);
    const bool is_first = at == 0;
    const bool is_last = at + length == piece.size();
    const size_t place = (is_first ? 0 : kPrefixed) + (is_last ? kSuffixed : 0);
    const uint32_t id = Find(sets_[sets_.size() == 1 ? 0 : place], character);
    if (id != kNone) {
      if (has_unknown) symbols->push_back(options_.unknown);
      has_unknown = false;
      symbols->push_back(id);
      continue;
    }
    if (options_.byte_fallback &&
        AppendBytes(character, is_first, is_last, symbols)) {
      continue;
    }
    if (options_.lacks_unknown) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found '", Shown(character),
          "' in the text, expected characters of the tokenizer's vocabulary, "
          "which lacks the unknown token, too"));
    }
    if (options_.unknown == kNone) continue;
    if (has_unknown && !options_.fuse_unknown) {
      symbols->push_back(options_.unknown);
    }
    has_unknown = true;
  }
  if (has_unknown) symbols->push_back(options_.unknown);
  return absl::OkStatus();
}

}  // namespace fathom::rt
