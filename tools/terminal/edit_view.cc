// See edit_view.h.
#include "tools/terminal/edit_view.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/terminal/columns.h"

namespace fathom::rt {
namespace {

constexpr int kTabColumns = 8;
// Narrower than this, further rows begin at the left.
constexpr int kIndentedColumnsMin = 16;

constexpr absl::string_view kClearBelow = "\x1b[J";

// Row and column are written as they are computed.
class LayoutWriter {
 public:
  LayoutWriter(absl::string_view prompt, int columns) : columns_(columns) {
    layout_.rows.emplace_back();
    while (!prompt.empty()) {
      const Cluster cluster = FirstCluster(prompt);
      Put(prompt.substr(0, cluster.bytes), cluster.columns);
      prompt.remove_prefix(cluster.bytes);
    }
    if (columns >= kIndentedColumnsMin && layout_.rows.size() == 1 &&
        row().columns < columns / 2) {
      indent_ = row().columns;
    }
  }

  // The first cluster of `rest`; returns its bytes.
  size_t Take(absl::string_view rest) {
    const Cluster cluster = FirstCluster(rest);
    const absl::string_view bytes = rest.substr(0, cluster.bytes);
    const CodePoint first = FirstCodePoint(rest);
    if (first.value == '\n') {
      NewRow();
    } else if (first.value == '\t') {
      const int column = row().columns - indent_;
      const int wide = kTabColumns - column % kTabColumns;
      const int room = columns_ - row().columns;
      // A tab does not go across the margin.
      for (int n = std::min(wide, std::max(room, 1)); n > 0; --n) Put(" ", 1);
    } else if (first.value < 0x20) {
      Put(std::string{'^', static_cast<char>(first.value + '@')}, 2);
    } else if (first.value >= 0x7f && first.value < 0xa0) {
      Put(first.value == 0x7f ? "^?" : "\xef\xbf\xbd",
          first.value == 0x7f ? 2 : 1);
    } else {
      Put(bytes, cluster.columns);
    }
    return cluster.bytes;
  }

  void MarkCursor() {
    if (row().columns >= columns_) NewRow();
    layout_.cursor_row = layout_.rows.size() - 1;
    layout_.cursor_column = row().columns;
  }

  Layout Finish() { return std::move(layout_); }

 private:
  Row& row() { return layout_.rows.back(); }

  void NewRow() {
    layout_.rows.emplace_back();
    row().text.assign(static_cast<size_t>(indent_), ' ');
    row().columns = indent_;
  }

  void Put(absl::string_view bytes, int columns) {
    // What is wider than the terminal is shown by a stand-in.
    if (indent_ + columns > columns_) {
      bytes = "?";
      columns = 1;
    }
    if (row().columns + columns > columns_) NewRow();
    row().text.append(bytes.data(), bytes.size());
    row().columns += columns;
  }

  int columns_;
  int indent_ = 0;
  Layout layout_;
};

std::string Up(size_t rows) {
  return rows == 0 ? "" : absl::StrCat("\x1b[", rows, "A");
}

std::string Down(size_t rows) {
  return rows == 0 ? "" : absl::StrCat("\x1b[", rows, "B");
}

}  // namespace

Layout LayOut(absl::string_view prompt, absl::string_view text,
              size_t cursor_bytes, int columns) {
  LayoutWriter writer(prompt, columns);
  size_t at = 0;
  while (at < text.size()) {
    if (at == cursor_bytes) writer.MarkCursor();
    at += writer.Take(text.substr(at));
  }
  if (at == cursor_bytes) writer.MarkCursor();
  return writer.Finish();
}

std::string EditView::MoveTo(size_t row) const {
  return row < cursor_row_ ? Up(cursor_row_ - row) : Down(row - cursor_row_);
}

std::string EditView::Show(const Layout& layout, int height) {
  const size_t rows_max = static_cast<size_t>(std::max(height, 1));
  const size_t total = layout.rows.size();
  // The window moves no further than the cursor makes it.
  if (first_ + rows_max > total) {
    first_ = total > rows_max ? total - rows_max : 0;
  }
  first_ = std::min(first_, layout.cursor_row);
  if (layout.cursor_row >= first_ + rows_max) {
    first_ = layout.cursor_row - rows_max + 1;
  }
  const size_t shown = std::min(rows_max, total - first_);
  const std::vector<Row> rows(layout.rows.begin() + first_,
                              layout.rows.begin() + first_ + shown);
  std::string out = ShowRows(rows);
  const size_t cursor_row = layout.cursor_row - first_;
  if (cursor_row_ != cursor_row || cursor_column_ != layout.cursor_column) {
    out += MoveTo(cursor_row);
    out += layout.cursor_column == 0
               ? "\r"
               : absl::StrCat("\x1b[", layout.cursor_column + 1, "G");
  }
  rows_ = rows;
  cursor_row_ = cursor_row;
  cursor_column_ = layout.cursor_column;
  return out;
}

// Writes the rows from the first that differs on, and leaves the cursor where
// that takes it.
std::string EditView::ShowRows(const std::vector<Row>& rows) {
  size_t same = 0;
  while (same < std::min(rows.size(), rows_.size()) &&
         rows[same].text == rows_[same].text) {
    ++same;
  }
  if (same == rows.size() && same == rows_.size()) return "";
  // Text added at the very end is written alone, without escape sequences.
  const bool grows = same + 1 == rows_.size() && same < rows.size() &&
                     absl::StartsWith(rows[same].text, rows_[same].text) &&
                     cursor_row_ == same &&
                     cursor_column_ == rows_[same].columns;
  std::string out;
  size_t next = same;
  bool at_row = rows_.empty();  // whether the cursor is where `next` begins
  if (grows) {
    out = rows[same].text.substr(rows_[same].text.size());
    ++next;
  } else if (same < rows_.size()) {
    out = absl::StrCat(MoveTo(same), "\r", kClearBelow);
    at_row = true;
  } else if (same > 0) {
    out = MoveTo(same - 1);
  }
  cursor_row_ = same;
  cursor_column_ = 0;
  if (same < rows.size()) {
    for (; next < rows.size(); ++next) {
      absl::StrAppend(&out, at_row ? "" : "\r\n", rows[next].text);
      at_row = false;
    }
    cursor_row_ = rows.size() - 1;
    cursor_column_ = rows.back().columns;
  }
  return out;
}

std::string EditView::Resized(int columns, bool rewraps) {
  size_t above = cursor_row_;
  if (rewraps) {
    above = static_cast<size_t>(cursor_column_ / columns);
    for (size_t i = 0; i < cursor_row_; ++i) {
      above += static_cast<size_t>(
          std::max(1, (rows_[i].columns + columns - 1) / columns));
    }
  }
  Forget();
  return absl::StrCat(Up(above), "\r", kClearBelow);
}

std::string EditView::Finish(absl::string_view mark) {
  if (rows_.empty()) return "";
  const int column = rows_.back().columns;
  std::string out = MoveTo(rows_.size() - 1);
  if (!mark.empty() && cursor_column_ != column) {
    absl::StrAppend(&out, "\x1b[", column + 1, "G");
  }
  absl::StrAppend(&out, mark, "\r\n");
  Forget();
  return out;
}

void EditView::Forget() {
  rows_.clear();
  first_ = 0;
  cursor_row_ = 0;
  cursor_column_ = 0;
}

}  // namespace fathom::rt
