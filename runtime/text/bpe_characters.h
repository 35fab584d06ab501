// The words that the characters of a piece are before any are merged.
#ifndef FATHOM_RUNTIME_TEXT_BPE_CHARACTERS_H_
#define FATHOM_RUNTIME_TEXT_BPE_CHARACTERS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

class BpeCharacters {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  struct Options {
    // A character is a byte, and its name is what stands for it in GPT-2's
    // alphabet (see byte_alphabet.h); else it is one of UTF-8.
    bool is_byte_level = true;
    // Stands before the name of a character that does not begin the piece. Both
    // affixes are of that alphabet at byte level.
    std::string prefix;
    // Stands after the name of the character that ends it.
    std::string suffix;
    // A name that is no word becomes the tokens of its bytes, where there are
    // all that it needs.
    bool byte_fallback = false;
    // What else is no word becomes the unknown token, or is dropped where there
    // is none.
    uint32_t unknown = kNone;
    bool fuse_unknown = false;  // one token for those that follow each other
    // There is an unknown token, and it is no word: it is an error to need it.
    bool lacks_unknown = false;
  };

  BpeCharacters() : options_() { sets_.resize(1); }
  explicit BpeCharacters(Options options);

  // Has `word` (bytes of the text at byte level) looked up as a name.
  void AddWord(absl::string_view word, uint32_t id);
  void SetByteToken(uint8_t byte, uint32_t id) { byte_tokens_[byte] = id; }

  // Appends what the characters of `piece` (valid UTF-8) are. InvalidArgument
  // when the unknown token is needed, and is no word.
  absl::Status Append(absl::string_view piece,
                      std::vector<uint32_t>* symbols) const;

  // Whether `word` is one character.
  bool IsOneCharacter(absl::string_view word) const;

 private:
  // The words of characters that stand at one kind of place.
  struct Set {
    Set() { by_byte.fill(kNone); }
    std::array<uint32_t, 256> by_byte;  // bytes, or code points below 0x80
    absl::flat_hash_map<uint32_t, uint32_t> by_code_point;  // others
  };

  size_t LengthAt(absl::string_view text, size_t at) const;
  uint32_t Find(const Set& set, absl::string_view character) const;
  bool AppendBytes(absl::string_view character, bool is_first, bool is_last,
                   std::vector<uint32_t>* symbols) const;

  Options options_;
  // By place: 1 is added where a prefix stands, 2 where a suffix does. One set
  // alone where there is neither.
  std::vector<Set> sets_;
  // The affixes in the form of words: as bytes of the text at byte level.
  std::string prefix_, suffix_;
  std::array<uint32_t, 256> byte_tokens_ = [] {
    std::array<uint32_t, 256> none{};
    none.fill(kNone);
    return none;
  }();
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_BPE_CHARACTERS_H_
