// See page.h.
#include "tools/cli/page.h"

#include <algorithm>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/cli/verbs.h"

namespace fathom {
namespace {

// What `--help` itself and other options without a group belong to, last.
constexpr char kOtherGroup[] = "Other options";
// CLI11's name of that group.
constexpr char kDefaultGroup[] = "Options";
constexpr char kArgumentsGroup[] = "Arguments";

PageEntry EntryOf(const CLI::Option& option) {
  PageEntry entry;
  entry.is_argument = option.nonpositional() == false;
  for (const std::string& name : option.get_snames()) {
    entry.names.push_back(absl::StrCat("-", name));
  }
  for (const std::string& name : option.get_lnames()) {
    entry.names.push_back(absl::StrCat("--", name));
  }
  if (entry.is_argument) entry.names = {option.get_name(true)};
  if (!entry.is_argument && option.get_items_expected_max() > 0) {
    entry.value = option.get_option_text().empty() ? option.get_type_name()
                                                   : option.get_option_text();
  }
  entry.text = option.get_description();
  entry.default_text = option.get_default_str();
  entry.required = option.get_required();
  entry.repeats =
      option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
  return entry;
}

std::string TitleOf(const CLI::Option& option, const PageEntry& entry) {
  const std::string& group = option.get_group();
  if (group != kDefaultGroup) return group;
  return entry.is_argument ? kArgumentsGroup : kDefaultGroup;
}

// "fathom logits [OPTIONS] --tokens IDS NAME.fathom"
std::string UsageOf(const std::string& name,
                    const std::vector<PageGroup>& groups) {
  std::string required, arguments;
  for (const PageGroup& group : groups) {
    for (const PageEntry& entry : group.entries) {
      const std::string repeats = entry.repeats ? "..." : "";
      if (entry.is_argument && entry.required) {
        absl::StrAppend(&arguments, " ", entry.names[0], repeats);
      } else if (entry.is_argument) {
        absl::StrAppend(&arguments, " [", entry.names[0], "]", repeats);
      } else if (entry.required) {
        absl::StrAppend(&required, " ", entry.names[0],
                        entry.value.empty() ? "" : " ", entry.value);
      }
    }
  }
  return absl::StrCat(name, " [OPTIONS]", required, arguments);
}

}  // namespace

std::string PageEntry::Heading() const {
  return absl::StrCat(absl::StrJoin(names, ", "), value.empty() ? "" : " ",
                      value);
}

Page PageOf(const CLI::App& app, const VerbHelp& help) {
  Page page;
  page.name = app.get_name();
  const Verb* verb = FindVerb(page.name.substr(page.name.rfind(' ') + 1));
  if (verb != nullptr) page.summary = std::string(verb->summary);
  page.details = app.get_description();
  page.examples = help.examples;
  PageGroup other = {kOtherGroup, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    PageEntry entry = EntryOf(*option);
    const bool is_own =
        option == app.get_help_ptr() || option == app.get_version_ptr();
    const std::string title = TitleOf(*option, entry);
    auto at = std::find_if(
        page.groups.begin(), page.groups.end(),
        [&](const PageGroup& group) { return group.title == title; });
    if (is_own || title == kOtherGroup) {
      other.entries.push_back(std::move(entry));
    } else if (at != page.groups.end()) {
      at->entries.push_back(std::move(entry));
    } else {
      // Arguments come first, however late they were declared.
      page.groups.insert(
          title == kArgumentsGroup ? page.groups.begin() : page.groups.end(),
          {title, {std::move(entry)}});
    }
  }
  page.groups.push_back(std::move(other));
  if (help.usages.empty()) {
    page.usages = {UsageOf(page.name, page.groups)};
  }
  for (const std::string& usage : help.usages) {
    page.usages.push_back(absl::StrCat(page.name, " ", usage));
  }
  return page;
}

const std::vector<PageEntry>& ExitCodeEntries() {
  auto entry = [](const char* code, const char* meaning) {
    PageEntry entry;
    entry.names = {code};
    entry.text = meaning;
    return entry;
  };
  static const auto& entries = *new std::vector<PageEntry>{
      entry("0", "done"),
      entry("1", "the input is at fault"),
      entry("2", "the command line is at fault"),
      entry("3",
            "the machine is at fault: memory, disk or a missing CPU feature"),
      entry("70", "Fathom itself is at fault"),
  };
  return entries;
}

}  // namespace fathom
