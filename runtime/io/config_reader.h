// Reads one object of a configuration key by key, and knows at the end which
// of its keys nobody asked for.
#ifndef FATHOM_RUNTIME_IO_CONFIG_READER_H_
#define FATHOM_RUNTIME_IO_CONFIG_READER_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/base/json.h"

namespace fathom::rt {

// Every function refuses a value of the wrong type or out of range by name.
// Those that begin with Optional leave `out` alone where the key is absent or
// null, which is the same to transformers.
class ConfigReader {
 public:
  static absl::StatusOr<ConfigReader> Read(const JsonValue& object);

  absl::Status Integer(absl::string_view key, int64_t min, int64_t max,
                       int64_t* out);
  absl::Status OptionalInteger(absl::string_view key, int64_t min, int64_t max,
                               int64_t* out);
  absl::Status Number(absl::string_view key, double min, double max,
                      double* out);
  absl::Status OptionalNumber(absl::string_view key, double min, double max,
                              double* out);
  absl::Status Bool(absl::string_view key, bool* out);
  absl::Status OptionalBool(absl::string_view key, bool* out);

  // As Integer, but `fallback` where the key is absent.
  absl::Status IntegerOr(absl::string_view key, int64_t min, int64_t max,
                         int64_t fallback, int64_t* out);
  absl::Status NumberOr(absl::string_view key, double min, double max,
                        double fallback, double* out);

  // As OptionalInteger, and takes 8192.0 too: in groups that are dictionaries
  // to transformers, it does not ask how a whole number is written.
  absl::Status OptionalWhole(absl::string_view key, int64_t min, int64_t max,
                             int64_t* out);

  // Where the key is there and not null, it has to say `value`, or one of the
  // names of it: nothing else is computed.
  absl::Status OnlyString(absl::string_view key,
                          std::initializer_list<absl::string_view> names);
  absl::Status OnlyBool(absl::string_view key, bool value);
  absl::Status OnlyNumber(absl::string_view key, double value);

  // The value, if the key is there and not null.
  std::optional<JsonValue> Find(absl::string_view key);
  // The value, if the key is there.
  std::optional<JsonValue> FindOrNull(absl::string_view key);
  // The value, or an error that names the key.
  absl::StatusOr<JsonValue> Get(absl::string_view key,
                                absl::string_view expected = "it there");

  // Keys whose values change nothing that is computed.
  void Ignore(std::initializer_list<absl::string_view> keys);

  // Keys that none of the above was called with, in the file's order.
  std::vector<JsonMember> Unread() const;
  // Refuses the first of them. `known` says which keys are.
  absl::Status RefuseUnread(absl::string_view known) const;

 private:
  struct Entry {
    JsonMember member;
    bool is_read = false;
  };
  ConfigReader(const JsonValue& object, std::vector<Entry> entries)
      : object_(object), entries_(std::move(entries)) {}
  Entry* Mark(absl::string_view key);

  JsonValue object_;
  std::vector<Entry> entries_;
};

// A number from `min` to `max`, or an error that says so.
absl::StatusOr<double> NumberIn(const JsonValue& value, double min, double max);

// Whether Python takes it for false: null, false, 0, or what is empty.
bool IsFalsy(const JsonValue& value);

// As NumberIn for a whole number, which may be written as 8192 or 8192.0.
absl::StatusOr<int64_t> WholeIn(const JsonValue& value, int64_t min,
                                int64_t max);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_IO_CONFIG_READER_H_
