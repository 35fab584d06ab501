// A terminal's screen, for tests: takes what a program writes and says what a
// person would see.
#ifndef FATHOM_TOOLS_TERMINAL_SCREEN_TESTING_H_
#define FATHOM_TOOLS_TERMINAL_SCREEN_TESTING_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tools/terminal/columns.h"

namespace fathom::rt {

// As xterm does it, with the last column's delayed wrap; a line feed also
// returns, as the kernel's output processing makes it. Only the control
// sequences that Fathom writes are known; faults() counts all others.
class Screen {
 public:
  Screen(int columns, int rows) : columns_(columns), height_(rows) {
    rows_.resize(static_cast<size_t>(rows));
  }

  void Write(absl::string_view bytes) {
    held_.append(bytes.data(), bytes.size());
    absl::string_view rest = held_;
    while (!rest.empty()) {
      const size_t taken = Take(rest);
      if (taken == 0) break;
      rest.remove_prefix(taken);
    }
    held_ = std::string(rest);
  }

  // The rows without spaces at their ends, and without empty rows at the end.
  std::string Text() const {
    std::vector<std::string> lines;
    for (const Cells& cells : rows_) {
      std::string line = absl::StrJoin(cells, "");
      line.erase(line.find_last_not_of(' ') + 1);
      lines.push_back(line);
    }
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    return absl::StrJoin(lines, "\n");
  }
  int row() const { return row_; }
  int column() const { return column_; }
  int faults() const { return faults_; }

  // Rewraps rows that are too wide now, as most terminals do.
  void Resize(int columns, int rows) {
    std::vector<Cells> wrapped;
    int row = 0;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (int(i) == row_) {
        row = int(wrapped.size()) + column_ / columns;
        column_ %= columns;
      }
      Cells cells = rows_[i];
      while (cells.size() > size_t(columns)) {
        wrapped.emplace_back(cells.begin(), cells.begin() + columns);
        cells.erase(cells.begin(), cells.begin() + columns);
      }
      wrapped.push_back(cells);
    }
    columns_ = columns;
    height_ = rows;
    row_ = row;
    rows_ = wrapped;
    while (row_ >= height_) Scroll();
    rows_.resize(static_cast<size_t>(rows));
  }

 private:
  using Cells = std::vector<std::string>;  // the second of a wide one is empty

  size_t Take(absl::string_view text) {
    if (text[0] == '\x1b') return TakeSequence(text);
    const CodePoint c = FirstCodePoint(text);
    if (c.value == '\r') {
      column_ = 0;
    } else if (c.value == '\n') {
      column_ = 0;
      Down();
    } else if (c.value == '\a') {
    } else if (c.value < 0x20 || (c.value >= 0x7f && c.value < 0xa0)) {
      ++faults_;
    } else {
      Put(text.substr(0, c.bytes), CodePointColumns(c.value));
    }
    return c.bytes;
  }

  void Put(absl::string_view bytes, int columns) {
    if (columns == 0) {
      if (column_ > 0) Cell(column_ - 1) += std::string(bytes);
      return;
    }
    if (column_ + columns > columns_) {
      column_ = 0;
      Down();
    }
    Cell(column_) = std::string(bytes);
    if (columns == 2) Cell(column_ + 1).clear();
    column_ += columns;
  }

  std::string& Cell(int column) {
    Cells& cells = rows_[size_t(row_)];
    if (cells.size() <= size_t(column)) cells.resize(size_t(column) + 1, " ");
    return cells[size_t(column)];
  }

  void Down() {
    if (++row_ == height_) Scroll();
  }

  void Scroll() {
    rows_.erase(rows_.begin());
    if (rows_.size() < size_t(height_)) rows_.emplace_back();
    --row_;
  }

  size_t TakeSequence(absl::string_view text) {
    size_t end = 2;
    while (end < text.size() && text[end] < 0x40) ++end;
    if (end >= text.size()) return 0;
    int n = 0;
    const bool given = absl::SimpleAtoi(text.substr(2, end - 2), &n);
    const int count = given ? n : 1;
    const int at = std::min(column_, columns_ - 1);  // not beyond the last
    Cells& cells = rows_[size_t(row_)];
    switch (text[end]) {
      case 'A': row_ = std::max(row_ - count, 0), column_ = at; break;
      case 'B': row_ = std::min(row_ + count, height_ - 1), column_ = at; break;
      case 'G': column_ = std::min(count, columns_) - 1; break;
      case 'H': row_ = column_ = 0; break;
      case 'J':
        if (given) rows_.assign(size_t(height_), Cells());
        for (int i = row_ + 1; i < height_; ++i) rows_[size_t(i)].clear();
        [[fallthrough]];
      case 'K': cells.resize(std::min(cells.size(), size_t(at))); break;
      case 'm':
      case 'h':
      case 'l': break;
      default: ++faults_;
    }
    return end + 1;
  }

  int columns_, height_;
  int row_ = 0, column_ = 0;  // the column may be one past the last
  int faults_ = 0;
  std::vector<Cells> rows_;
  std::string held_;
};

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_TERMINAL_SCREEN_TESTING_H_
