#include "runtime/base/json.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "runtime/base/file_signs.h"
#include "runtime/base/json_fault.h"
#include "runtime/base/json_scan.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#define SIMDJSON_EXCEPTIONS 0
#include "simdjson.h"

namespace fathom::rt {

// simdjson's documented tape: a word holds a kind in its upper eight bits, and
// a container the index of the word after its end in its lower 32.
//
// simdjson refuses numbers that 64 bits do not hold. It is given zeros in their
// places, and then their words on the tape get a kind of ours: 'I' for integers
// and 'R' for the others, with the place in `wide_numbers` after it.
struct JsonTape {
  simdjson::dom::document document;
  std::string what;
  std::string wide_numbers;  // one after another

  char KindAt(size_t index) const {
    return static_cast<char>(document.tape[index] >> 56);
  }
  uint64_t PayloadAt(size_t index) const {
    return document.tape[index] & 0xffffffffffffffu;
  }
  size_t After(size_t index) const {
    switch (KindAt(index)) {
      case '{':
      case '[': return PayloadAt(index) & 0xffffffffu;
      case 'l':
      case 'u':
      case 'd':
      case 'I':
      case 'R': return index + 2;
      default: return index + 1;
    }
  }
  size_t End(size_t container) const { return After(container) - 1; }
  // Of its values, or of its pairs; of more than 16,777,215 so many.
  size_t CountIn(size_t container) const {
    return (PayloadAt(container) >> 32) & 0xffffffu;
  }
  absl::string_view StringAt(size_t index) const {
    const uint8_t* start = &document.string_buf[PayloadAt(index)];
    uint32_t bytes = 0;
    for (int i = 0; i < 4; ++i) bytes |= uint32_t{start[i]} << (8 * i);
    return {reinterpret_cast<const char*>(start + 4), bytes};
  }
  template <typename T>
  T NumberAt(size_t index) const {
    return __builtin_bit_cast(T, document.tape[index + 1]);
  }
  bool IsWideAt(size_t index) const {
    return KindAt(index) == 'I' || KindAt(index) == 'R';
  }
  absl::string_view WideNumberAt(size_t index) const {
    const uint64_t place = document.tape[index + 1];
    return absl::string_view(wide_numbers)
        .substr(place >> 32, place & 0xffffffffu);
  }
  // Makes the number at `index` the wide one of this text.
  void SetWideNumber(size_t index, absl::string_view text) {
    const bool is_whole =
        text.find_first_not_of("-0123456789") == absl::string_view::npos;
    const uint64_t place = wide_numbers.size();
    absl::StrAppend(&wide_numbers, text);
    document.tape[index] = static_cast<uint64_t>(is_whole ? 'I' : 'R') << 56;
    document.tape[index + 1] = place << 32 | text.size();
  }
};

namespace {

// Where the value at `target` sits, as "a.b[2].c"; empty for the top level.
std::string PathTo(const JsonTape& tape, size_t target) {
  std::string path;
  size_t index = 1;
  while (index != target) {
    bool is_object = tape.KindAt(index) == '{';
    size_t child = index + 1;
    for (size_t position = 0;; ++position) {
      size_t value = is_object ? child + 1 : child;
      if (target < tape.After(value)) {
        if (is_object) {
          absl::StrAppend(&path, path.empty() ? "" : ".",
                          Shown(tape.StringAt(child)));
        } else {
          absl::StrAppend(&path, "[", position, "]");
        }
        index = value;
        break;
      }
      child = tape.After(value);
    }
  }
  return path;
}

std::string ShownValue(const JsonTape& tape, size_t index) {
  switch (tape.KindAt(index)) {
    case 'n': return "null";
    case 't': return "true";
    case 'f': return "false";
    case 'l': return absl::StrCat(tape.NumberAt<int64_t>(index));
    case 'u': return absl::StrCat(tape.NumberAt<uint64_t>(index));
    case 'd': {
      double value = tape.NumberAt<double>(index);
      std::string text = absl::StrCat(value);
      bool looks_whole = text.find_first_of(".e") == std::string::npos;
      return looks_whole ? absl::StrCat(text, ".0") : text;
    }
    case 'I':
    case 'R': return Shown(tape.WideNumberAt(index));
    case '"': return absl::StrCat("\"", Shown(tape.StringAt(index)), "\"");
    case '[': return "an array";
    default: return "an object";
  }
}

// Refuses what would take too much memory to parse before any of it is taken.
absl::Status CheckExtent(absl::string_view bytes, absl::string_view what,
                         size_t values_max, JsonDialect dialect,
                         std::vector<WideJsonNumber>* wide) {
  if (bytes.size() > kJsonFileBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": has ", bytes.size(),
                                                   " bytes, expected at most ",
                                                   kJsonFileBytesMax));
  }
  const JsonScan scan =
      ScanJson(bytes, kJsonDepthMax, values_max, dialect, wide);
  switch (scan.finding) {
    case JsonScan::Finding::kFits: return absl::OkStatus();
    case JsonScan::Finding::kTooDeep:
      return absl::InvalidArgumentError(absl::StrCat(
          what, ": nested deeper than ", kJsonDepthMax, " levels"));
    case JsonScan::Finding::kTooManyValues:
      return absl::InvalidArgumentError(absl::StrCat(
          what, ": ", JsonPlace(bytes, scan.at), ": found value ",
          values_max + 1, ", expected at most ", values_max, " with the keys"));
    case JsonScan::Finding::kNotJson: break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": not JSON: ", JsonFault(bytes, dialect),
                   LooksLike(bytes.substr(0, kFileSignBytes))));
}

// A copy that simdjson may read past the end of, with a zero for each wide
// number; nothing where memory is short.
std::unique_ptr<char[]> PaddedCopy(absl::string_view bytes,
                                   const std::vector<WideJsonNumber>& wide) {
  std::unique_ptr<char[]> copy(
      new (std::nothrow) char[bytes.size() + simdjson::SIMDJSON_PADDING]);
  if (copy == nullptr) return nullptr;
  memcpy(copy.get(), bytes.data(), bytes.size());
  memset(copy.get() + bytes.size(), 0, simdjson::SIMDJSON_PADDING);
  for (const WideJsonNumber& number : wide) {
    memset(copy.get() + number.begin, ' ', number.bytes);
    copy[number.begin] = '0';
  }
  return copy;
}

// Values are in the same order on the tape as in the text.
void RestoreWideNumbers(absl::string_view bytes,
                        const std::vector<WideJsonNumber>& wide,
                        JsonTape* tape) {
  size_t index = 1;
  uint32_t value = 0;
  for (const WideJsonNumber& number : wide) {
    for (;; ++index) {
      const char kind = tape->KindAt(index);
      if (kind == '}' || kind == ']') continue;
      if (value++ == number.value) break;
      const bool is_container = kind == '{' || kind == '[';
      if (!is_container) index = tape->After(index) - 1;
    }
    tape->SetWideNumber(index, bytes.substr(number.begin, number.bytes));
    index = tape->After(index);
  }
}

absl::Status CheckKeysAndStrings(const JsonTape& tape) {
  std::vector<absl::string_view> keys;
  for (size_t index = 1; tape.KindAt(index) != 'r';) {
    char kind = tape.KindAt(index);
    if (kind == '"' && tape.StringAt(index).size() > kJsonStringBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          tape.what, ": a string has ", tape.StringAt(index).size(),
          " bytes, expected at most ", kJsonStringBytesMax));
    }
    if (kind == '{') {
      keys.clear();
      keys.reserve(tape.CountIn(index));
      for (size_t key = index + 1; key < tape.End(index);
           key = tape.After(key + 1)) {
        keys.push_back(tape.StringAt(key));
      }
      std::sort(keys.begin(), keys.end());
      auto twice = std::adjacent_find(keys.begin(), keys.end());
      if (twice != keys.end()) {
        return absl::InvalidArgumentError(
            absl::StrCat(tape.what, ": key '", Shown(*twice),
                         "' appears twice, expected once"));
      }
    }
    bool is_container = kind == '{' || kind == '[';
    index = is_container ? index + 1 : tape.After(index);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JsonDocument> JsonDocument::Parse(absl::string_view bytes,
                                                 absl::string_view what,
                                                 size_t values_max,
                                                 JsonDialect dialect) {
  std::vector<WideJsonNumber> wide;
  FATHOM_RETURN_IF_ERROR(CheckExtent(bytes, what, values_max, dialect, &wide));
  auto tape = std::make_unique<JsonTape>();
  tape->what = std::string(what);
  simdjson::dom::parser parser;
  // One level more than the scan allows: it counts the innermost otherwise.
  auto code =
      parser.allocate(std::max<size_t>(bytes.size(), 64), kJsonDepthMax + 1);
  std::unique_ptr<char[]> copy = PaddedCopy(bytes, wide);
  if (copy == nullptr) code = simdjson::MEMALLOC;
  if (code == simdjson::SUCCESS) {
    code = parser
               .parse_into_document(tape->document, copy.get(), bytes.size(),
                                    /*realloc_if_needed=*/false)
               .error();
  }
  if (code == simdjson::MEMALLOC) {
    return absl::ResourceExhaustedError(
        absl::StrCat(what, ": not enough memory to parse it"));
  }
  if (code != simdjson::SUCCESS) {
    // Its own words only where its rules are not what they are known to be.
    std::string fault = JsonFault(bytes, dialect);
    if (fault.empty()) fault = Shown(simdjson::error_message(code));
    return absl::InvalidArgumentError(
        absl::StrCat(what, ": not JSON: ", fault,
                     LooksLike(bytes.substr(0, kFileSignBytes))));
  }
  copy.reset();
  RestoreWideNumbers(bytes, wide, tape.get());
  FATHOM_RETURN_IF_ERROR(CheckKeysAndStrings(*tape));
  return JsonDocument(std::move(tape));
}

JsonDocument::JsonDocument(std::unique_ptr<JsonTape> tape)
    : tape_(std::move(tape)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::root() const { return JsonValue(tape_.get(), 1); }

JsonValue::Kind JsonValue::kind() const {
  switch (tape_->KindAt(index_)) {
    case 'n': return Kind::kNull;
    case 't':
    case 'f': return Kind::kBool;
    case 'l':
    case 'u':
    case 'I': return Kind::kInteger;
    case 'd':
    case 'R': return Kind::kReal;
    case '"': return Kind::kString;
    case '[': return Kind::kArray;
    default: return Kind::kObject;
  }
}

absl::Status JsonValue::Expected(absl::string_view expected) const {
  std::string path = PathTo(*tape_, index_);
  std::string where = path.empty() ? std::string("the top level")
                                   : absl::StrCat("key '", path, "'");
  return absl::InvalidArgumentError(
      absl::StrCat(tape_->what, ": ", where, " is ", ShownValue(*tape_, index_),
                   ", expected ", expected));
}

absl::StatusOr<bool> JsonValue::AsBool() const {
  if (kind() != Kind::kBool) return Expected("true or false");
  return tape_->KindAt(index_) == 't';
}

absl::StatusOr<double> JsonValue::AsNumber() const {
  switch (tape_->KindAt(index_)) {
    case 'l': return static_cast<double>(tape_->NumberAt<int64_t>(index_));
    case 'u': return static_cast<double>(tape_->NumberAt<uint64_t>(index_));
    case 'd': return tape_->NumberAt<double>(index_);
    case 'I': {
      double value = 0;
      if (absl::SimpleAtod(tape_->WideNumberAt(index_), &value) &&
          std::isfinite(value)) {
        return value;
      }
      return Expected("a finite number");
    }
    case 'R': return Expected("a finite number");
    default: return Expected("a number");
  }
}

std::optional<absl::string_view> JsonValue::AsWideNumber() const {
  if (!tape_->IsWideAt(index_)) return std::nullopt;
  return tape_->WideNumberAt(index_);
}

absl::StatusOr<int64_t> JsonValue::AsInteger(int64_t min, int64_t max) const {
  if (tape_->KindAt(index_) == 'l') {
    int64_t value = tape_->NumberAt<int64_t>(index_);
    if (value >= min && value <= max) return value;
  }
  return Expected(absl::StrCat("a whole number from ", min, " to ", max));
}

absl::StatusOr<uint64_t> JsonValue::AsUnsigned(uint64_t min,
                                               uint64_t max) const {
  char kind = tape_->KindAt(index_);
  bool fits =
      kind == 'u' || (kind == 'l' && tape_->NumberAt<int64_t>(index_) >= 0);
  if (fits) {
    uint64_t value = tape_->NumberAt<uint64_t>(index_);
    if (value >= min && value <= max) return value;
  }
  return Expected(absl::StrCat("a whole number from ", min, " to ", max));
}

absl::StatusOr<absl::string_view> JsonValue::AsString() const {
  if (kind() != Kind::kString) return Expected("a string");
  return tape_->StringAt(index_);
}

absl::StatusOr<std::vector<JsonValue>> JsonValue::AsArray() const {
  if (kind() != Kind::kArray) return Expected("an array");
  std::vector<JsonValue> values;
  values.reserve(tape_->CountIn(index_));
  size_t end = tape_->End(index_);
  for (size_t value = index_ + 1; value < end; value = tape_->After(value)) {
    values.push_back(JsonValue(tape_, value));
  }
  return values;
}

absl::StatusOr<std::vector<JsonMember>> JsonValue::AsObject() const {
  if (kind() != Kind::kObject) return Expected("an object");
  std::vector<JsonMember> members;
  members.reserve(tape_->CountIn(index_));
  size_t end = tape_->End(index_);
  for (size_t key = index_ + 1; key < end; key = tape_->After(key + 1)) {
    members.emplace_back(tape_->StringAt(key), JsonValue(tape_, key + 1));
  }
  return members;
}

std::optional<JsonValue> JsonValue::Find(absl::string_view key) const {
  if (kind() != Kind::kObject) return std::nullopt;
  size_t end = tape_->End(index_);
  for (size_t at = index_ + 1; at < end; at = tape_->After(at + 1)) {
    if (tape_->StringAt(at) == key) return JsonValue(tape_, at + 1);
  }
  return std::nullopt;
}

absl::StatusOr<JsonValue> JsonValue::Get(absl::string_view key,
                                         absl::string_view expected) const {
  if (kind() != Kind::kObject) return Expected("an object");
  std::optional<JsonValue> value = Find(key);
  if (value) return *value;
  std::string path = PathTo(*tape_, index_);
  return absl::InvalidArgumentError(
      absl::StrCat(tape_->what, ": key '", path, path.empty() ? "" : ".",
                   Shown(key), "' is missing, expected ", expected));
}

}  // namespace fathom::rt
