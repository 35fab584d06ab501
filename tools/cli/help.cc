// See help.h.
#include "tools/cli/help.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fathom {
namespace {

// Texts of options begin in this column where lines are long enough, else in
// the second one of a line of their own.
constexpr int kTextColumnMax = 30;
constexpr int kNarrowTextColumn = 8;
constexpr int kNarrowWidth = 64;
constexpr int kIndent = 2;
// What "-t, " takes, left free where an option has no short name.
constexpr int kShortNameColumns = 4;

int Columns(const std::string& text) { return static_cast<int>(text.size()); }

std::string HeadingOf(const PageEntry& entry) {
  std::string heading(kIndent, ' ');
  if (entry.names[0].substr(0, 2) == "--") {
    heading.append(kShortNameColumns, ' ');
  }
  return heading + entry.Heading();
}

std::string TextOf(const PageEntry& entry) {
  std::string text = entry.text;
  if (!entry.default_text.empty()) {
    absl::StrAppend(&text, " (default: ", entry.default_text, ")");
  }
  if (entry.required && !entry.is_argument)
    absl::StrAppend(&text, " (required)");
  return text;
}

// Wide enough for the headings that are not exceptionally long.
int TextColumn(const Page& page, int width) {
  if (width < kNarrowWidth) return kNarrowTextColumn;
  int column = 0;
  for (const PageGroup& group : page.groups) {
    for (const PageEntry& entry : group.entries) {
      const int needed = Columns(HeadingOf(entry)) + 2;
      if (needed <= kTextColumnMax) column = std::max(column, needed);
    }
  }
  return std::max(column, kNarrowTextColumn);
}

void AppendGroup(const PageGroup& group, int column, int width,
                 std::string& text) {
  absl::StrAppend(&text, "\n", group.title, ":\n");
  for (const PageEntry& entry : group.entries) {
    const std::string heading = HeadingOf(entry);
    text += heading;
    int at = Columns(heading);
    if (at + 2 > column || column == kNarrowTextColumn) {
      text += '\n';
      at = 0;
    }
    text.append(static_cast<size_t>(column - at), ' ');
    absl::StrAppend(&text, Wrapped(TextOf(entry), column, column, width), "\n");
  }
}

void AppendParagraphs(const std::string& paragraphs, int width,
                      std::string& text) {
  for (absl::string_view paragraph : absl::StrSplit(paragraphs, "\n\n")) {
    if (paragraph.empty()) continue;
    absl::StrAppend(&text, "\n", Wrapped(paragraph, 0, 0, width), "\n");
  }
}

}  // namespace

std::string Wrapped(absl::string_view text, int at, int indent, int width) {
  std::string wrapped;
  int column = at;
  bool begins_line = true;
  for (absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    const auto columns = static_cast<int>(word.size());
    if (!begins_line && column + 1 + columns > width) {
      wrapped += '\n';
      wrapped.append(static_cast<size_t>(indent), ' ');
      column = indent;
      begins_line = true;
    }
    if (!begins_line) {
      wrapped += ' ';
      ++column;
    }
    absl::StrAppend(&wrapped, word);
    column += columns;
    begins_line = false;
  }
  return wrapped;
}

std::string HelpText(const Page& page, int width) {
  std::string text;
  for (const std::string& usage : page.usages) {
    const std::string start = text.empty() ? "usage: " : "   or: ";
    const int indent = std::min(Columns(start) + Columns(page.name) + 1,
                                width < kNarrowWidth ? kNarrowTextColumn : 24);
    absl::StrAppend(&text, start, Wrapped(usage, Columns(start), indent, width),
                    "\n");
  }
  AppendParagraphs(absl::StrCat(page.summary, "."), width, text);
  AppendParagraphs(page.details, width, text);
  const int column = TextColumn(page, width);
  for (const PageGroup& group : page.groups) {
    AppendGroup(group, column, width, text);
  }
  if (!page.examples.empty()) text += "\nExamples:\n";
  for (const Example& example : page.examples) {
    absl::StrAppend(&text, "  ", Wrapped(example.purpose + ":", 2, 2, width),
                    "\n    ", example.command, "\n");
  }
  if (page.shows_exit_codes) {
    AppendGroup({"Exit codes", ExitCodeEntries()}, column, width, text);
  }
  return text;
}

}  // namespace fathom
