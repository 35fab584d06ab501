// Cuts text into the pieces that byte pair encoding sees one by one.
#ifndef FATHOM_RUNTIME_TEXT_PRE_TOKENIZER_H_
#define FATHOM_RUNTIME_TEXT_PRE_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/text/piece_cutter.h"
#include "runtime/text/split_pattern.h"
#include "runtime/text/tracked_text.h"
#include "runtime/text/unicode_classes.h"

namespace fathom::rt {

// The pattern that ByteLevel itself cuts by where `use_regex` is true.
inline constexpr absl::string_view kByteLevelPattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+)"
    R"(| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// Ascending pieces of a text, none of them empty. What lies between them is
// dropped.
struct PiecedText {
  TrackedText tracked;
  std::vector<Piece> pieces;
};

// One step. Steps are immutable, and any thread may apply them.
class PreTokenizerStep {
 public:
  virtual ~PreTokenizerStep() = default;
  // Cuts each piece as a text of its own; some steps rewrite it, too.
  // InvalidArgument when a pattern takes too long or the text grows too much.
  virtual absl::Status Apply(SplitScratch* scratch, PiecedText* text) const = 0;
};

struct PatternSplit {
  SplitPattern pattern;
  CutBehavior behavior = CutBehavior::kIsolated;
  bool invert = false;  // takes what lies between the matches for the matches
};
std::unique_ptr<PreTokenizerStep> MakePatternSplit(PatternSplit split);

// Cuts at the characters that `is_match` accepts, each a match of its own.
using IsMatch = bool (*)(uint32_t code_point);
std::unique_ptr<PreTokenizerStep> MakeCharacterSplit(IsMatch is_match,
                                                     CutBehavior behavior);
// Cuts at each `delimiter`, a code point.
std::unique_ptr<PreTokenizerStep> MakeDelimiterSplit(uint32_t delimiter,
                                                     CutBehavior behavior);
// Runs of word characters and runs of what is neither word nor white space.
std::unique_ptr<PreTokenizerStep> MakeWordSplit();
// Pieces of `length` characters.
std::unique_ptr<PreTokenizerStep> MakeFixedLengthSplit(uint32_t length);

enum class PrependScheme : uint8_t { kAlways, kNever, kFirst };
struct Metaspace {
  std::string replacement;  // one character, which stands for a space
  PrependScheme prepend = PrependScheme::kAlways;
  bool split = true;  // cuts before each replacement
};
std::unique_ptr<PreTokenizerStep> MakeMetaspace(Metaspace metaspace);

// Writes a space before each piece that begins with none.
std::unique_ptr<PreTokenizerStep> MakePrefixSpace();
// Bytes become the characters that stand for them (see byte_alphabet.h).
std::unique_ptr<PreTokenizerStep> MakePieceByteAlphabet();

// Steps in the order in which they are added.
class PreTokenizer {
 public:
  void AddStep(std::unique_ptr<PreTokenizerStep> step) {
    steps_.push_back(std::move(step));
  }
  // Takes all of the text as one piece and cuts it.
  absl::Status Split(TrackedText text, SplitScratch* scratch,
                     PiecedText* pieces) const;

 private:
  std::vector<std::unique_ptr<PreTokenizerStep>> steps_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PRE_TOKENIZER_H_
