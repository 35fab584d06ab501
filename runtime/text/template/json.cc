// JSON from outside as values of a template.
//
// A reader of its own, since the values are: integers have any size, as in
// Python, and an object keeps the order of its keys and the last value of each.
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/json_fault.h"
#include "runtime/base/status.h"
#include "runtime/text/template/value.h"
#include "runtime/text/template_unicode.h"

namespace fathom::rt {
namespace {

// As deep as a request may nest.
constexpr int kRequestDepthMax = 100;
// As long as a request may be.
constexpr size_t kRequestBytesMax = 64 << 20;

class Reader {
 public:
  Reader(Arena& arena, absl::string_view json) : arena_(arena), json_(json) {}

  absl::StatusOr<Value> Run() {
    if (!IsValidUtf8(json_)) return Fault();
    FATHOM_ASSIGN_OR_RETURN(Value value, Any(1));
    Space();
    return pos_ == json_.size() ? value : absl::StatusOr<Value>(Fault());
  }

 private:
  absl::Status Fault() const {
    return absl::InvalidArgumentError(
        absl::StrCat("not JSON: ", JsonFault(json_, JsonDialect::kPython)));
  }

  char Peek() const { return pos_ < json_.size() ? json_[pos_] : '\0'; }
  void Space() {
    while (pos_ < json_.size() && absl::StrContains(" \t\n\r", json_[pos_])) {
      ++pos_;
    }
  }
  bool Take(absl::string_view what) {
    if (!absl::StartsWith(json_.substr(pos_), what)) return false;
    pos_ += what.size();
    return true;
  }

  absl::StatusOr<Value> Any(int depth) {
    if (depth > kRequestDepthMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          "found JSON nested deeper than ", kRequestDepthMax, " levels"));
    }
    Space();
    switch (Peek()) {
      case '{': return Object(depth);
      case '[': return Array(depth);
      case '"': {
        std::string text;
        FATHOM_RETURN_IF_ERROR(String(&text));
        return arena_.NewText(text, true);
      }
      case 't': return Take("true") ? Value::Bool(true) : Wrong();
      case 'f': return Take("false") ? Value::Bool(false) : Wrong();
      case 'n': return Take("null") ? Value::None() : Wrong();
      default: break;
    }
    // Python's names, which transformers takes too.
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (Take("NaN")) {
      return Value::Float(std::numeric_limits<double>::quiet_NaN());
    }
    if (Take("Infinity")) return Value::Float(kInfinity);
    if (Take("-Infinity")) return Value::Float(-kInfinity);
    return Number();
  }
  absl::StatusOr<Value> Wrong() const { return Fault(); }

  absl::StatusOr<Value> Array(int depth) {
    std::vector<Value> items;
    ++pos_;
    Space();
    if (!Take("]")) {
      do {
        FATHOM_ASSIGN_OR_RETURN(Value item, Any(depth + 1));
        items.push_back(item);
        Space();
      } while (Take(","));
      if (!Take("]")) return Fault();
    }
    return arena_.NewSeq(Seq::Type::kList, std::move(items));
  }

  absl::StatusOr<Value> Object(int depth) {
    std::vector<std::pair<Value, Value>> entries;
    ++pos_;
    Space();
    if (!Take("}")) {
      do {
        Space();
        if (Peek() != '"') return Fault();
        std::string name;
        FATHOM_RETURN_IF_ERROR(String(&name));
        FATHOM_ASSIGN_OR_RETURN(Value key, arena_.NewText(name, true));
        Space();
        if (!Take(":")) return Fault();
        FATHOM_ASSIGN_OR_RETURN(Value value, Any(depth + 1));
        entries.emplace_back(key, value);
        Space();
      } while (Take(","));
      if (!Take("}")) return Fault();
    }
    return arena_.NewDict(std::move(entries));
  }

  // Four hexadecimal digits; whether they are there.
  bool Unit(uint32_t* unit) {
    absl::string_view hex = json_.substr(pos_, 4);
    if (hex.size() < 4 ||
        hex.find_first_not_of("0123456789abcdefABCDEF") != hex.npos) {
      return false;
    }
    pos_ += 4;
    return absl::SimpleHexAtoi(hex, unit);
  }

  absl::Status String(std::string* out) {
    static constexpr absl::string_view kFrom = "\"\\/bfnrt";
    static constexpr absl::string_view kTo = "\"\\/\b\f\n\r\t";
    ++pos_;
    while (true) {
      size_t end = pos_;
      while (end < json_.size() && json_[end] != '"' && json_[end] != '\\' &&
             static_cast<unsigned char>(json_[end]) >= 0x20) {
        ++end;
      }
      absl::StrAppend(out, json_.substr(pos_, end - pos_));
      pos_ = end;
      if (Take("\"")) return absl::OkStatus();
      if (!Take("\\") || pos_ == json_.size()) return Fault();
      char escape = json_[pos_++];
      size_t simple = kFrom.find(escape);
      if (simple != kFrom.npos) {
        out->push_back(kTo[simple]);
        continue;
      }
      uint32_t c = 0, low = 0;
      if (escape != 'u' || !Unit(&c)) return Fault();
      if (c >= 0xD800 && c < 0xDC00) {
        bool pair = Take("\\u") && Unit(&low) && low >= 0xDC00 && low < 0xE000;
        if (!pair) return HalfPair();
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      } else if (c >= 0xDC00 && c < 0xE000) {
        return HalfPair();
      }
      AppendUtf8(c, out);
    }
  }
  static absl::Status HalfPair() {
    return absl::InvalidArgumentError(
        "found half of a surrogate pair in JSON, expected both, since it is no "
        "character");
  }

  absl::StatusOr<Value> Number() {
    size_t begin = pos_;
    auto digits = [&] {
      size_t first = pos_;
      while (Peek() >= '0' && Peek() <= '9') ++pos_;
      return pos_ - first;
    };
    bool negative = Take("-");
    size_t whole = pos_;
    size_t count = digits();
    if (count == 0 || (count > 1 && json_[whole] == '0')) return Fault();
    bool integer = true;
    if (Take(".")) {
      integer = false;
      if (digits() == 0) return Fault();
    }
    if (Take("e") || Take("E")) {
      integer = false;
      if (!Take("+")) Take("-");
      if (digits() == 0) return Fault();
    }
    absl::string_view text = json_.substr(begin, pos_ - begin);
    if (integer) {
      if (count > kIntegerDigitsMax) {
        return absl::InvalidArgumentError(
            absl::StrCat("found an integer of ", count,
                         " digits, expected at most ", kIntegerDigitsMax));
      }
      int64_t small = 0;
      if (absl::SimpleAtoi(text, &small)) return Value::Int(small);
      FATHOM_RETURN_IF_ERROR(arena_.Charge(count * count / 16));
      Integer big = *Integer::FromDigits(json_.substr(whole, count), 10);
      return arena_.NewInteger(negative ? big.Negated() : big);
    }
    double number = 0;
    if (!absl::SimpleAtod(text, &number)) return Fault();
    return Value::Float(number);
  }

  Arena& arena_;
  absl::string_view json_;
  size_t pos_ = 0;
};

}  // namespace

absl::StatusOr<Value> ValueFromJson(Arena& arena, absl::string_view json) {
  if (json.size() > kRequestBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("found JSON of ", json.size(), " bytes, expected at most ",
                     kRequestBytesMax));
  }
  FATHOM_RETURN_IF_ERROR(arena.Charge(json.size()));
  return Reader(arena, json).Run();
}

}  // namespace fathom::rt
