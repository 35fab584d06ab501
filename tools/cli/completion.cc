// See completion.h.
#include "tools/cli/completion.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/cli/values.h"
#include "tools/cli/verbs.h"

namespace fathom {
namespace {

constexpr char kBashFront[] = R"(
# Completes '$1', a value of the kind '$2': one of the words '$3', or a name.
_fathom_value() {
  case $2 in
  words) mapfile -t COMPREPLY < <(compgen -W "$3" -- "$1") ;;
  files)
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
    ;;
  folders)
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -d -- "$1")
    ;;
  esac
}

_fathom() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  local verb=${COMP_WORDS[1]} options='' argument='' kind='' words=''
  COMPREPLY=()
  # Readline takes '--emit=mo' for three words.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' && $COMP_CWORD -ge 3 ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $COMP_CWORD -eq 1 ]]; then
    _fathom_value "$cur" words "@VERBS@ help version --help --version"
    return
  fi
  case $verb in
  help | --help | -h)
    [[ $COMP_CWORD -gt 2 ]] || _fathom_value "$cur" words "@VERBS@"
    return
    ;;
  @CASES@) "_fathom_$verb" "$prev" ;;
  *) return ;;
  esac
  if [[ $kind != '' ]]; then
    _fathom_value "$cur" "$kind" "$words"
  elif [[ $cur == -* ]]; then
    _fathom_value "$cur" words "$options"
  else
    _fathom_value "$cur" "$argument"
  fi
}

complete -F _fathom fathom
)";

constexpr char kZshFront[] = R"(
_fathom() {
  local -a verbs=(
@VERBS@
    'help:show the options of a verb'
    'version:show the version'
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
  help) (( CURRENT == 2 )) && _describe verb verbs ;;
  @CASES@) _fathom_$verb ;;
  esac
}

_fathom "$@"
)";

const char* KindName(ValueKind kind) {
  switch (kind) {
    case ValueKind::kText: return "text";
    case ValueKind::kWords: return "words";
    case ValueKind::kFile: return "files";
    case ValueKind::kFolder: return "folders";
  }
  return "text";
}

std::string VerbNames(const char* separator) {
  return absl::StrJoin(Verbs(), separator,
                       [](std::string* out, const Verb& verb) {
                         absl::StrAppend(out, verb.name);
                       });
}

// "_fathom_run" of "fathom run".
std::string FunctionName(const Page& page) {
  return absl::StrCat("_", absl::StrReplaceAll(page.name, {{" ", "_"}}));
}

// Text inside single quotes of a spec of zsh's _arguments, where brackets and
// colons have a meaning.
std::string ZshText(const std::string& text) {
  return absl::StrReplaceAll(text, {{"'", "'\\''"},
                                    {"\\", "\\\\"},
                                    {"[", "\\["},
                                    {"]", "\\]"},
                                    {":", "\\:"}});
}

// ":N:" and what completes the value, or "" for a flag.
std::string ZshValue(const PageEntry& entry) {
  const std::string& name = entry.is_argument ? entry.names[0] : entry.value;
  if (name.empty()) return "";
  const Values& values = ValuesOf(entry);
  std::string action;
  if (values.kind == ValueKind::kWords) {
    action = absl::StrCat("(", absl::StrJoin(values.words, " "), ")");
  } else if (values.kind == ValueKind::kFile) {
    action = "_files";
  } else if (values.kind == ValueKind::kFolder) {
    action = "_files -/";
  }
  return absl::StrCat(":", ZshText(name), ":", action);
}

}  // namespace

std::string BashFront() {
  return absl::StrReplaceAll(
      kBashFront, {{"@VERBS@", VerbNames(" ")}, {"@CASES@", VerbNames(" | ")}});
}

std::string BashVerb(const Page& page) {
  std::vector<std::string> options;
  std::string cases, argument = "text";
  for (const PageGroup& group : page.groups) {
    for (const PageEntry& entry : group.entries) {
      const Values& values = ValuesOf(entry);
      if (entry.is_argument) {
        // The first says what completes all of them.
        if (argument == "text") argument = KindName(values.kind);
        continue;
      }
      options.insert(options.end(), entry.names.begin(), entry.names.end());
      if (entry.value.empty()) continue;
      absl::StrAppend(&cases, "  ", absl::StrJoin(entry.names, " | "),
                      ") kind=", KindName(values.kind));
      if (values.kind == ValueKind::kWords) {
        absl::StrAppend(&cases, " words='", absl::StrJoin(values.words, " "),
                        "'");
      }
      cases += " ;;\n";
    }
  }
  return absl::StrCat("\n", FunctionName(page), "() {\n  options='",
                      absl::StrJoin(options, " "), "'\n  argument=", argument,
                      "\n  case $1 in\n", cases, "  esac\n}\n");
}

std::string ZshFront() {
  const std::string verbs =
      absl::StrJoin(Verbs(), "\n", [](std::string* out, const Verb& verb) {
        absl::StrAppend(out, "    '", verb.name, ":",
                        ZshText(std::string(verb.summary)), "'");
      });
  return absl::StrReplaceAll(
      kZshFront, {{"@VERBS@", verbs}, {"@CASES@", VerbNames(" | ")}});
}

std::string ZshVerb(const Page& page) {
  std::string specs;
  for (const PageGroup& group : page.groups) {
    for (const PageEntry& entry : group.entries) {
      absl::StrAppend(&specs, " \\\n    ");
      if (entry.is_argument) {
        absl::StrAppend(&specs, "'", entry.repeats ? "*" : "", ZshValue(entry),
                        "'");
        continue;
      }
      // All names of an option exclude one another, unless it repeats.
      const std::string names = absl::StrJoin(entry.names, " ");
      absl::StrAppend(&specs,
                      entry.repeats ? "'*'" : absl::StrCat("'(", names, ")'"));
      absl::StrAppend(
          &specs,
          entry.names.size() == 1
              ? entry.names[0]
              : absl::StrCat("{", absl::StrJoin(entry.names, ","), "}"),
          "'[", ZshText(entry.text), "]", ZshValue(entry), "'");
    }
  }
  return absl::StrCat("\n", FunctionName(page), "() {\n  _arguments -s -S",
                      specs, "\n}\n");
}

}  // namespace fathom
