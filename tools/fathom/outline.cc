// See outline.h.
#include "tools/fathom/outline.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "runtime/base/json_string.h"
#include "runtime/base/quoting.h"
#include "runtime/base/status.h"
#include "simdjson.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

constexpr int kIndent = 2;
constexpr size_t kColumnBytesMax = 48;

// Names in a manifest are whatever the checkpoint's files hold.
std::string Utf8(const std::string& text) {
  return simdjson::validate_utf8(text.data(), text.size()) ? text : Shown(text);
}

}  // namespace

Outline::Outline(double value)
    : kind_(Kind::kNumber), text_(absl::StrFormat("%.6g", value)) {}

Outline& Outline::Add(absl::string_view name, Outline value) {
  FATHOM_CHECK(kind_ == Kind::kObject);
  children_.emplace_back(std::string(name), std::move(value));
  return *this;
}

Outline& Outline::Append(Outline value) {
  FATHOM_CHECK(kind_ == Kind::kList);
  children_.emplace_back("", std::move(value));
  return *this;
}

std::string Outline::Json() const {
  std::string json;
  AppendJson(json);
  return json + "\n";
}

void Outline::AppendJson(std::string& json) const {
  if (kind_ == Kind::kNumber) {
    json += text_;
  } else if (kind_ == Kind::kString) {
    json += JsonString(Utf8(text_));
  } else {
    json += kind_ == Kind::kObject ? '{' : '[';
    bool first = true;
    for (const auto& [name, value] : children_) {
      if (!first) json += ", ";
      first = false;
      if (kind_ == Kind::kObject) {
        absl::StrAppend(&json, JsonString(name), ": ");
      }
      value.AppendJson(json);
    }
    json += kind_ == Kind::kObject ? '}' : ']';
  }
}

std::string Outline::Text() const {
  std::string text;
  AppendText(0, text);
  return text;
}

std::string Outline::Flat() const {
  if (kind_ == Kind::kNumber) return text_;
  if (kind_ == Kind::kString) return ForTerminal(OneLine(Utf8(text_)));
  return absl::StrJoin(children_, ", ",
                       [](std::string* out, const auto& child) {
                         if (!child.first.empty())
                           absl::StrAppend(out, child.first, " ");
                         out->append(child.second.Flat());
                       });
}

bool Outline::IsTable() const {
  return kind_ == Kind::kList && !children_.empty() &&
         children_[0].second.kind_ == Kind::kObject;
}

void Outline::AppendText(int depth, std::string& text) const {
  const std::string indent(depth * kIndent, ' ');
  for (const auto& [name, value] : children_) {
    if (value.IsTable()) {
      absl::StrAppend(&text, indent, name, ":\n");
      value.AppendTable(depth + 1, text);
    } else if (value.kind_ == Kind::kObject) {
      absl::StrAppend(&text, indent, name, ":\n");
      value.AppendText(depth + 1, text);
    } else {
      absl::StrAppend(&text, indent, name, ": ", value.Flat(), "\n");
    }
  }
}

// All rows have the members of the first.
void Outline::AppendTable(int depth, std::string& text) const {
  std::vector<std::vector<std::string>> rows(1);
  for (const auto& [name, value] : children_[0].second.children_) {
    rows[0].push_back(name);
  }
  for (const auto& [name, row] : children_) {
    std::vector<std::string> cells;
    for (const auto& cell : row.children_) cells.push_back(cell.second.Flat());
    rows.push_back(std::move(cells));
  }
  std::vector<size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(row[i].size(), kColumnBytesMax));
    }
  }
  for (const auto& row : rows) {
    std::string line(depth * kIndent, ' ');
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 == row.size()) break;
      const size_t width = i < widths.size() ? widths[i] : 0;
      line.append(row[i].size() < width ? width - row[i].size() + 2 : 2, ' ');
    }
    absl::StrAppend(&text, line, "\n");
  }
}

}  // namespace fathom::rt
