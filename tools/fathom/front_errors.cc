// See front_errors.h.
#include "tools/fathom/front_errors.h"

#include <sys/stat.h>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/base/quoting.h"
#include "runtime/io/artifact_files.h"
#include "runtime/io/path_advice.h"
#include "tools/cli/foreign_options.h"
#include "tools/cli/foreign_verbs.h"
#include "tools/cli/nearest.h"
#include "tools/cli/verbs.h"
#include "tools/fathom/run_options.h"

namespace fathom {
namespace {

constexpr char kQuestionText[] = "'fathom run NAME.fathom \"QUESTION\"'";

bool Exists(const std::string& path) {
  struct stat about;
  return stat(path.c_str(), &about) == 0;
}

// Whether `word` is the name of a file or folder rather than a mistyped verb.
bool IsPath(const std::string& word) {
  return Exists(word) || absl::StrContains(word, '/') ||
         absl::EndsWith(word, ".fathom");
}

std::string AboutPath(const std::string& path) {
  const std::string shown = rt::Shown(path);
  if (Exists(absl::StrCat(path, "/", rt::kManifestFile))) {
    return absl::StrCat("it is an artifact: use 'fathom run ", shown,
                        " \"QUESTION\"' or 'fathom chat ", shown, "'");
  }
  const absl::Status status = rt::NotAnArtifact(path);
  absl::string_view text = status.message();
  if (!absl::ConsumePrefix(&text, shown + ": ")) return std::string(text);
  return absl::StrCat("it ", text);
}

bool IsOptionOfRun(absl::string_view name) {
  CLI::App app;
  rt::RunOptions options;
  options.AddTo(app);
  return app.get_option_no_throw(std::string(name)) != nullptr;
}

}  // namespace

std::string NotAVerb(absl::string_view word) {
  std::string advice(AdviceForVerb(word));
  const std::string path(word);
  const Verb* nearest = NearestVerb(word);
  if (advice.empty() && IsPath(path)) advice = AboutPath(path);
  if (advice.empty() && absl::StrContains(word, ' ')) {
    advice = absl::StrCat("use ", kQuestionText);
  }
  if (advice.empty()) {
    advice = nearest != nullptr
                 ? absl::StrCat("did you mean '", nearest->name, "'?")
                 : "'fathom help' lists the verbs";
  }
  return absl::StrCat("'", rt::Shown(word), "' is not a verb; ", advice);
}

std::string NotAFrontOption(absl::string_view word) {
  const absl::string_view name = word.substr(0, word.find('='));
  const std::string found =
      absl::StrCat("found the option '", rt::Shown(name), "', expected ");
  absl::string_view letters = name;
  while (absl::ConsumePrefix(&letters, "-")) continue;
  if (name == "-v" || name == "-V") {
    return absl::StrCat(found, "a verb; did you mean '--version'?");
  }
  const std::string nearest = Nearest(letters, {"help", "version"});
  if (!nearest.empty()) {
    return absl::StrCat(found, "a verb; did you mean '--", nearest, "'?");
  }
  // One of `run`, or of a program without verbs: every name counts as ours.
  const auto has_any = [](absl::string_view) { return true; };
  if (IsOptionOfRun(name) || !AdviceForOption("run", name, has_any).empty()) {
    return absl::StrCat(found, "a verb before it: ", kQuestionText);
  }
  return absl::StrCat(found, "a verb; see 'fathom help'");
}

}  // namespace fathom
