// Strict reading of JSON that nobody vouches for: in limits, without duplicate
// keys, and with errors that name the key, what it is and what was expected.
//
// Values and strings point into their document and live as long as it does.
#ifndef FATHOM_RUNTIME_BASE_JSON_H_
#define FATHOM_RUNTIME_BASE_JSON_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/base/json_number.h"

namespace fathom::rt {

inline constexpr size_t kJsonDepthMax = 32;
inline constexpr size_t kJsonFileBytesMax = size_t{64} << 20;
inline constexpr size_t kJsonStringBytesMax = size_t{16} << 20;

// How many values a document may have; keys count too. While it is parsed each
// takes at most 33 bytes, or 45 where it is a number that 64 bits do not hold,
// and the text is there twice more, copied and as strings. (simdjson: 4 bytes
// for where a value begins, for where it closes and for the comma or colon
// after it, 8 or 16 on the tape, 5 around a string; we: 16 for a key. The most
// is a key with an empty container: 65 for the two.) So an ordinary document
// takes at most 33 MiB and its own size twice.
inline constexpr size_t kJsonValuesMax = size_t{1} << 20;
// For a tokenizer and a safetensors header: at most 132 MiB so. Llama 4 has 1.7
// million (a vocabulary of 200,000, and 440,000 merges as pairs); a header has
// 12 for a matrix, so that 262,144 tensors fit.
inline constexpr size_t kJsonLargeValuesMax = size_t{4} << 20;

struct JsonTape;
class JsonValue;
using JsonMember = std::pair<absl::string_view, JsonValue>;

// A number may have any size: one that 64 bits do not hold (an integer of 30
// digits, 1e400, NaN) is refused by name where its value is asked for, and
// nowhere else.
class JsonValue {
 public:
  enum class Kind { kNull, kBool, kInteger, kReal, kString, kArray, kObject };

  Kind kind() const;
  bool IsNull() const { return kind() == Kind::kNull; }

  absl::StatusOr<bool> AsBool() const;
  // Any number that is finite as a double, written as a whole one or not.
  absl::StatusOr<double> AsNumber() const;
  // A number written as a whole one (not 1.0, not 1e3) from `min` to `max`.
  absl::StatusOr<int64_t> AsInteger(int64_t min, int64_t max) const;
  absl::StatusOr<uint64_t> AsUnsigned(uint64_t min, uint64_t max) const;
  // A number that 64 bits do not hold as it is written; see IsWideJsonNumber().
  std::optional<absl::string_view> AsWideNumber() const;
  absl::StatusOr<absl::string_view> AsString() const;
  absl::StatusOr<std::vector<JsonValue>> AsArray() const;
  // In the order of the file.
  absl::StatusOr<std::vector<JsonMember>> AsObject() const;

  // The value at `key`; nothing when this is no object or has no such key.
  std::optional<JsonValue> Find(absl::string_view key) const;
  // As Find, but a missing key is an error that names it and what is expected.
  absl::StatusOr<JsonValue> Get(absl::string_view key,
                                absl::string_view expected = "it there") const;

  // "config.json: key 'a.b' is "40", expected a number".
  absl::Status Expected(absl::string_view expected) const;

 private:
  friend class JsonDocument;
  JsonValue(const JsonTape* tape, size_t index) : tape_(tape), index_(index) {}

  const JsonTape* tape_;
  size_t index_;
};

class JsonDocument {
 public:
  // `what` names the document in messages, as "config.json". The dialect is
  // that of the library that reads such a file elsewhere.
  static absl::StatusOr<JsonDocument> Parse(
      absl::string_view bytes, absl::string_view what,
      size_t values_max = kJsonValuesMax,
      JsonDialect dialect = JsonDialect::kPython);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonValue root() const;

 private:
  explicit JsonDocument(std::unique_ptr<JsonTape> tape);
  std::unique_ptr<JsonTape> tape_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_BASE_JSON_H_
