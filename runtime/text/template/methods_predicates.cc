// The methods of Python's str that ask what its characters are.
#include "runtime/base/status.h"
#include "runtime/text/template/builtins.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

absl::Status ChargeFor(BuiltinCall& call) {
  return call.arena.Charge(call.self.text->bytes.size());
}

// Whether all code points are of a kind; of an empty string `kEmpty`.
template <bool (*kIs)(uint32_t), bool kEmpty>
absl::StatusOr<Value> All(BuiltinCall& call) {
  FATHOM_RETURN_IF_ERROR(ChargeFor(call));
  const std::string& bytes = call.self.text->bytes;
  size_t length = 0;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    if (!kIs(DecodeUtf8(bytes, pos, &length))) return Value::Bool(false);
  }
  return Value::Bool(kEmpty || !bytes.empty());
}

bool IsAscii(uint32_t c) { return c < 0x80; }

absl::StatusOr<Value> IsIdentifier(BuiltinCall& call) {
  FATHOM_RETURN_IF_ERROR(ChargeFor(call));
  const std::string& bytes = call.self.text->bytes;
  size_t length = 0;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(bytes, pos, &length);
    if (pos == 0 ? !IsPythonIdentifierStart(c) : !IsPythonIdentifierPart(c)) {
      return Value::Bool(false);
    }
  }
  return Value::Bool(!bytes.empty());
}

// No letters of the other case, and at least one of this.
template <bool kUpper>
absl::StatusOr<Value> IsCased(BuiltinCall& call) {
  FATHOM_RETURN_IF_ERROR(ChargeFor(call));
  return Value::Bool(HasCase(call.self.text->bytes, kUpper));
}

// Capitals begin words, and only they.
absl::StatusOr<Value> IsTitle(BuiltinCall& call) {
  FATHOM_RETURN_IF_ERROR(ChargeFor(call));
  const std::string& bytes = call.self.text->bytes;
  bool cased = false, after_cased = false;
  size_t length = 0;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    uint32_t c = DecodeUtf8(bytes, pos, &length);
    bool capital = IsPythonUpper(c) || IsPythonTitle(c);
    bool lower = IsPythonLower(c);
    if ((capital && after_cased) || (lower && !after_cased)) {
      return Value::Bool(false);
    }
    after_cased = capital || lower;
    cased |= after_cased;
  }
  return Value::Bool(cased);
}

constexpr Builtin kMethods[] = {
    {"isalpha", {}, 0, kPositional, All<IsPythonAlpha, false>, kOfText},
    {"isalnum", {}, 0, kPositional, All<IsPythonAlnum, false>, kOfText},
    {"isdecimal", {}, 0, kPositional, All<IsPythonDecimal, false>, kOfText},
    {"isdigit", {}, 0, kPositional, All<IsPythonDigit, false>, kOfText},
    {"isnumeric", {}, 0, kPositional, All<IsPythonNumeric, false>, kOfText},
    {"isspace", {}, 0, kPositional, All<IsPythonSpace, false>, kOfText},
    {"isprintable", {}, 0, kPositional, All<IsPythonPrintable, true>, kOfText},
    {"isascii", {}, 0, kPositional, All<IsAscii, true>, kOfText},
    {"isidentifier", {}, 0, kPositional, IsIdentifier, kOfText},
    {"isupper", {}, 0, kPositional, IsCased<true>, kOfText},
    {"islower", {}, 0, kPositional, IsCased<false>, kOfText},
    {"istitle", {}, 0, kPositional, IsTitle, kOfText},
};

}  // namespace

absl::Span<const Builtin> TextPredicates() { return kMethods; }

}  // namespace fathom::rt
