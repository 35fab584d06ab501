// See word_wrap.h.
#include "tools/terminal/word_wrap.h"

#include <utf8proc.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "tools/terminal/columns.h"

namespace fathom::rt {
namespace {

constexpr int kTabColumns = 8;
constexpr size_t kFenceBytes = 3;
// As much of a line as is looked at to tell whether it is a fence.
constexpr size_t kLineHeadBytes = 128;
constexpr int32_t kJoiner = 0x200d;

// Closing brackets and quotes, full stops and commas beyond ASCII.
bool IsClosing(int32_t c) {
  if (c < 0x80) return false;
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO: return true;
    default: return false;
  }
}

bool IsOpening(int32_t c) {
  const auto category = utf8proc_category(c);
  return c >= 0x80 &&
         (category == UTF8PROC_CATEGORY_PS || category == UTF8PROC_CATEGORY_PI);
}

// Whether a row may end between these two, neither of them a space.
bool MayBreak(int32_t before, int32_t after) {
  const bool joined =
      before == kJoiner ||
      (after >= 0x80 && utf8proc_category(after) == UTF8PROC_CATEGORY_SK);
  const bool ideographs =
      CodePointColumns(before) == 2 || CodePointColumns(after) == 2;
  return ideographs && !joined && !IsClosing(after) && !IsOpening(before);
}

bool IsLetter(int32_t c) {
  return c >= 0x80 || absl::ascii_isalpha(static_cast<unsigned char>(c));
}

// The character that opens or closes code, or 0: three of it begin the line,
// and a line of backticks has none further on (that is code inside the line).
char FenceOf(absl::string_view line_head) {
  if (line_head.size() < kFenceBytes) return 0;
  const char c = line_head[0];
  if (c != '`' && c != '~') return 0;
  const size_t run = std::min(line_head.find_first_not_of(c), line_head.size());
  if (run < kFenceBytes) return 0;
  return c == '`' && line_head.find('`', run) != line_head.npos ? '\0' : c;
}

}  // namespace

std::string WordWrap::Push(absl::string_view text) {
  out_.clear();
  while (!text.empty()) {
    const CodePoint c = FirstCodePoint(text);
    if (c.value == '\n') {
      EndLine();
    } else if (c.value == '\t') {
      int wide = kTabColumns - column_ % kTabColumns;
      if (columns_ > 0) wide = std::min(wide, std::max(columns_ - column_, 1));
      for (; wide > 0; --wide) Put(" ", ' ', 1);
    } else {
      Put(text.substr(0, c.bytes), c.value, CodePointColumns(c.value));
    }
    text.remove_prefix(c.bytes);
  }
  return std::move(out_);
}

void WordWrap::Put(absl::string_view bytes, int32_t code_point, int columns) {
  const bool indent = line_head_.empty() && code_point == ' ';
  if (!indent && line_head_.size() < kLineHeadBytes) {
    line_head_.append(bytes.data(), bytes.size());
  }
  const bool code = fence_ != 0;
  const bool full = columns_ > 0 && column_ + columns > columns_;
  if (code_point == ' ' && !code) {
    EndWord();
    // The row ends here anyway.
    if (full) return;
  } else if (columns > 0) {
    const bool hyphen = last_ == '-' && IsLetter(before_last_);
    if (hyphen ? IsLetter(code_point) : MayBreak(last_, code_point)) EndWord();
  }
  if (columns > 0 || code_point == kJoiner) {
    before_last_ = last_;
    last_ = code_point;
  }
  if (full && columns > 0) {
    const bool moves = !code && word_columns_ > 0 && word_columns_ < column_ &&
                       word_columns_ + columns <= columns_;
    if (moves) {
      absl::StrAppend(&out_, "\x1b[", column_ - word_columns_ + 1, "G\x1b[K\n",
                      word_);
      row_ = word_;
      column_ = word_columns_;
    } else {
      NewRow();
    }
  }
  out_.append(bytes.data(), bytes.size());
  row_.append(bytes.data(), bytes.size());
  column_ += columns;
  if (code_point != ' ') {
    word_.append(bytes.data(), bytes.size());
    word_columns_ += columns;
  }
}

void WordWrap::NewRow() {
  out_ += '\n';
  row_.clear();
  column_ = 0;
  EndWord();
}

void WordWrap::EndLine() {
  const char fence = FenceOf(line_head_);
  if (fence_ == 0) {
    fence_ = fence;
  } else if (fence == fence_) {
    fence_ = 0;
  }
  line_head_.clear();
  last_ = 0;
  NewRow();
}

void WordWrap::Resize(int columns) {
  // Terminals rewrap what no longer fits.
  if (columns > 0 && column_ > columns) {
    column_ = (column_ - 1) % columns + 1;
    row_.clear();
    EndWord();
  }
  columns_ = columns;
}

}  // namespace fathom::rt
