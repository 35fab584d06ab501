// A tree of named values that is shown as text or as JSON.
#ifndef FATHOM_TOOLS_FATHOM_OUTLINE_H_
#define FATHOM_TOOLS_FATHOM_OUTLINE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fathom::rt {

// A number, a string, a list, or an object with its members in order.
class Outline {
 public:
  static Outline Object() { return Outline(Kind::kObject); }
  static Outline List() { return Outline(Kind::kList); }

  Outline(bool value) : kind_(Kind::kNumber), text_(value ? "true" : "false") {}
  Outline(uint32_t value) : kind_(Kind::kNumber), text_(absl::StrCat(value)) {}
  Outline(int32_t value) : kind_(Kind::kNumber), text_(absl::StrCat(value)) {}
  Outline(uint64_t value) : kind_(Kind::kNumber), text_(absl::StrCat(value)) {}
  Outline(int64_t value) : kind_(Kind::kNumber), text_(absl::StrCat(value)) {}
  // Finite; shown with as many digits as a float has.
  Outline(double value);
  Outline(const std::string& value) : kind_(Kind::kString), text_(value) {}
  Outline(const char* value) : kind_(Kind::kString), text_(value) {}

  Outline& Add(absl::string_view name, Outline value);  // to an object
  Outline& Append(Outline value);                       // to a list

  // One line, with a line break after it.
  std::string Json() const;
  // Indented; a list of objects is a table. Not for machines.
  std::string Text() const;

 private:
  enum class Kind { kNumber, kString, kList, kObject };

  explicit Outline(Kind kind) : kind_(kind) {}

  void AppendJson(std::string& json) const;
  void AppendText(int depth, std::string& text) const;
  void AppendTable(int depth, std::string& text) const;
  bool IsTable() const;
  // On one line: a value, or values with commas between them.
  std::string Flat() const;

  Kind kind_;
  std::string text_;
  std::vector<std::pair<std::string, Outline>> children_;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_OUTLINE_H_
