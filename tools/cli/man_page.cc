// See man_page.h.
#include "tools/cli/man_page.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tools/cli/version.h"

namespace fathom {
namespace {

// Text that roff shows as it stands: a backslash and a hyphen mean something
// anywhere, a dot and an apostrophe at the start of a line.
std::string Escaped(absl::string_view text) {
  std::string escaped = absl::StrReplaceAll(text, {{"\\", "\\e"},
                                                   {"-", "\\-"},
                                                   {"~", "\\(ti"},
                                                   {"^", "\\(ha"},
                                                   {"`", "\\(ga"},
                                                   {"'", "\\(aq"}});
  if (!escaped.empty() && escaped[0] == '.') escaped = "\\&" + escaped;
  return escaped;
}

std::string Bold(absl::string_view text) {
  return absl::StrCat("\\fB", Escaped(text), "\\fR");
}

// "fathom run" is the page fathom-run.
std::string PageName(const Page& page) {
  return absl::StrReplaceAll(page.name, {{" ", "-"}});
}

void AppendEntry(const PageEntry& entry, std::string& roff) {
  absl::StrAppend(&roff, ".TP\n",
                  absl::StrJoin(entry.names, ", ",
                                [](std::string* out, const std::string& name) {
                                  absl::StrAppend(out, Bold(name));
                                }));
  if (!entry.value.empty()) {
    absl::StrAppend(&roff, " \\fI", Escaped(entry.value), "\\fR");
  }
  absl::StrAppend(&roff, "\n", Escaped(entry.text));
  if (!entry.default_text.empty()) {
    absl::StrAppend(&roff, " (default: ", Escaped(entry.default_text), ")");
  }
  if (entry.required && !entry.is_argument)
    absl::StrAppend(&roff, " (required)");
  roff += '\n';
}

}  // namespace

std::string ManPage(const Page& page,
                    const std::vector<std::string>& see_also) {
  const std::string name = PageName(page);
  std::string roff = absl::StrCat(
      ".\\\" Made from the options of '", page.name, "'.\n.TH ",
      absl::AsciiStrToUpper(name), " 1 ", ReleaseDate(), " \"Fathom ",
      ReleaseVersion(), "\" \"Fathom Manual\"\n.SH NAME\n", Escaped(name),
      " \\- ", Escaped(page.summary), "\n.SH SYNOPSIS\n");
  for (size_t i = 0; i < page.usages.size(); ++i) {
    absl::StrAppend(&roff, i == 0 ? "" : ".br\n", Escaped(page.usages[i]),
                    "\n");
  }
  absl::StrAppend(&roff, ".SH DESCRIPTION\n");
  const std::string details =
      page.details.empty() ? page.summary + "." : page.details;
  bool begins = true;
  for (absl::string_view paragraph : absl::StrSplit(details, "\n\n")) {
    absl::StrAppend(&roff, begins ? "" : ".PP\n", Escaped(paragraph), "\n");
    begins = false;
  }
  for (const PageGroup& group : page.groups) {
    absl::StrAppend(&roff, ".SH \"", absl::AsciiStrToUpper(group.title),
                    "\"\n");
    for (const PageEntry& entry : group.entries) AppendEntry(entry, roff);
  }
  absl::StrAppend(&roff, ".SH \"EXIT STATUS\"\n");
  for (const PageEntry& entry : ExitCodeEntries()) AppendEntry(entry, roff);
  if (!page.examples.empty()) absl::StrAppend(&roff, ".SH EXAMPLES\n");
  for (const Example& example : page.examples) {
    absl::StrAppend(&roff, ".TP\n", Escaped(example.purpose), ":\n",
                    Bold(example.command), "\n");
  }
  absl::StrAppend(&roff, ".SH \"SEE ALSO\"\n",
                  absl::StrJoin(see_also, ",\n",
                                [](std::string* out, const std::string& other) {
                                  absl::StrAppend(out, Bold(other), "(1)");
                                }),
                  "\n");
  return roff;
}

}  // namespace fathom
