// Operations on text that keep track of its foreign bytes, shared by methods
// and filters. What comes of Markup is Markup, as with Python's methods.
#ifndef FATHOM_RUNTIME_TEXT_TEMPLATE_TEXT_H_
#define FATHOM_RUNTIME_TEXT_TEMPLATE_TEXT_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/text/template/value.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {

// The bytes [begin, end) of `text`.
absl::StatusOr<Value> CutText(Arena& arena, const Text& text, size_t begin,
                              size_t end);
// str.strip(chars) and its one-sided kin; space when `chars` is none.
absl::StatusOr<Value> StripText(Arena& arena, const Text& text,
                                const Value& chars, bool left, bool right);
// str.split(separator, most); a negative `most` is without limit.
absl::StatusOr<Value> SplitText(Arena& arena, const Text& text,
                                absl::string_view separator, int64_t most,
                                bool from_right);
absl::StatusOr<Value> SplitSpace(Arena& arena, const Text& text, int64_t most,
                                 bool from_right);
absl::StatusOr<Value> SplitLinesOf(Arena& arena, const Text& text,
                                   bool keep_ends);
// Where the lines of str.splitlines() are.
std::vector<ByteSpan> LinesOf(absl::string_view bytes, bool keep_ends);
// str.replace(); a negative `most` is without limit.
absl::StatusOr<Value> ReplaceText(Arena& arena, const Text& text,
                                  absl::string_view from, const Text& to,
                                  int64_t most);
// How often `part` is in `bytes`, without overlap; code points and one more for
// an empty part.
int64_t CountText(absl::string_view bytes, absl::string_view part);

// Makes a text of another, code point by code point: `map` is given each and
// where it is, and appends what takes its place, which is foreign as it is.
absl::StatusOr<Value> MapText(
    Arena& arena, const Text& text,
    absl::FunctionRef<void(uint32_t code_point, size_t pos, std::string* out)>
        map);
// Appends str.lower() of the code point at `pos`; a capital sigma looks around.
void AppendLower(absl::string_view bytes, size_t pos, uint32_t code_point,
                 std::string* out);
enum class TextCase { kUpper, kLower, kTitle, kCapitalize, kSwap, kFold };
// str.upper() and its kin.
absl::StatusOr<Value> CaseText(Arena& arena, const Text& text, TextCase to);

// With all that is not ASCII escaped, as ascii() does to what repr() gives.
absl::StatusOr<Value> AsciiText(Arena& arena, const Text& text);
// The character of a number, as chr() gives it.
absl::StatusOr<Value> CharacterText(Arena& arena, int64_t number);

enum class TextSide { kLeft, kRight, kBoth };
// str.ljust() (padding at the right), str.rjust() and str.center(); `fill` is
// one code point.
absl::StatusOr<Value> PadText(Arena& arena, const Text& text, int64_t width,
                              const Text& fill, TextSide side);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TEMPLATE_TEXT_H_
