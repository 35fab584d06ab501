//===- Options.cpp - The command line of `fathom compile` -----------------===//
//
// See Options.h.
//
//===----------------------------------------------------------------------===//

#include "tools/fathom-compile/Options.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/base/quoting.h"
#include "runtime/io/path_advice.h"
#include "tools/cli/command_line.h"
#include "tools/cli/values.h"
#include "tools/exit_codes.h"

namespace fathom {

static constexpr size_t kPathBytesMax = 4096;

static const char *kDescription =
    "MODEL is a folder as Hugging Face keeps it: config.json, "
    "model.safetensors or its shards, tokenizer.json and "
    "tokenizer_config.json. Where no weights are needed, it may be a "
    "config.json alone.\n\n"
    "With --emit, compiling stops at a form and writes it instead of an "
    "artifact; with --from, it starts from a form, which may have been edited. "
    "The forms are, in order, model, planned, tiled and llvm, which are MLIR, "
    "and asm and obj, which are not and cannot be started from.";

static VerbHelp verbHelp() {
  VerbHelp help;
  help.usages = {"[OPTIONS] MODEL -o NAME.fathom",
                 "[OPTIONS] MODEL --emit FORM [-o FILE]",
                 "[OPTIONS] [MODEL] FILE.mlir --from FORM ..."};
  help.examples = {
      {"Compile a model for this machine",
       "fathom compile DeepSeek-R1-Distill-Qwen-1.5B -o r1.fathom"},
      {"Compile it for two kinds of machines, with a longer context",
       "fathom compile DIR -o r1.fathom --target avx2,avx512-bf16 "
       "--context 16384"},
      {"Read the code as MLIR before it becomes LLVM's",
       "fathom compile DIR/config.json --emit tiled"},
  };
  help.version_lines = {"LLVM and MLIR: " FATHOM_LLVM_VERSION};
  return help;
}

namespace {
/// The words of the command line, before they are put together.
struct Words {
  std::vector<std::string> paths;
  std::string target = "native";
  std::string emit, from;
  bool hasRandom = false;
  uint64_t seed = 0;
};
} // namespace

static std::string oneLine(std::string text) {
  for (char &c : text)
    if (c == '\n')
      c = ' ';
  return text;
}

/// A whole decimal number from `least` to `most`.
static CLI::Validator wholeNumber(uint64_t least, uint64_t most) {
  auto check = [=](std::string &text) -> std::string {
    uint64_t value = 0;
    if (text.find_first_not_of("0123456789") == std::string::npos &&
        absl::SimpleAtoi(text, &value) && value >= least && value <= most)
      return "";
    return absl::StrCat("is '", rt::Shown(text),
                        "', expected a whole number from ", least, " to ",
                        most);
  };
  return CLI::Validator(check, "");
}

static bool isOneOf(absl::string_view valuesName, absl::string_view word) {
  for (absl::string_view known : ValuesNamed(valuesName).words)
    if (word == known)
      return true;
  return false;
}

static CLI::Validator weightType() {
  auto check = [](std::string &text) -> std::string {
    if (isOneOf("--weights", text))
      return "";
    return absl::StrCat("is '", rt::Shown(text),
                        "', expected bf16, f16 or f32");
  };
  return CLI::Validator(check, "");
}

static std::string checkTarget(const Words &words, CompileOptions &options) {
  options.levels = absl::StrSplit(words.target, ',');
  for (const std::string &level : options.levels) {
    if (!isOneOf("--target", level))
      return absl::StrCat(
          "--target ", options.levels.size() == 1 ? "is '" : "holds '",
          rt::Shown(level), "', expected native, avx2, avx512 or avx512-bf16");
  }
  if (options.levels.size() > 1 && options.emit && *options.emit >= Form::Tiled)
    return "--target holds several levels, expected one with --emit";
  if (options.levels.size() > 1 && options.from && *options.from >= Form::Tiled)
    return absl::StrCat("--target holds several levels, expected the one of "
                        "the file with --from=",
                        words.from);
  return "";
}

static std::string checkForms(const Words &words, CompileOptions &options) {
  auto parse = [](const char *option, const std::string &word, Form last,
                  const char *expected,
                  std::optional<Form> &form) -> std::string {
    if (word.empty())
      return "";
    form = parseForm(word);
    return form && *form <= last
               ? ""
               : absl::StrCat(option, " is '", rt::Shown(word), "', expected ",
                              expected);
  };
  std::string wrong =
      parse("--emit", words.emit, Form::Object,
            "model, planned, tiled, llvm, asm or obj", options.emit);
  if (wrong.empty())
    wrong = parse("--from", words.from, Form::LLVM,
                  "model, planned, tiled or llvm", options.from);
  if (!wrong.empty() || !options.from)
    return wrong;
  if (options.emit && *options.emit < *options.from)
    return absl::StrCat("--emit is '", words.emit, "', expected a form from ",
                        words.from, " on");
  return "";
}

static std::string checkPaths(const Words &words, CompileOptions &options) {
  size_t most = options.from ? 2 : 1;
  if (words.paths.empty())
    return options.from ? "found no FILE.mlir, expected a file in the form of "
                          "--from"
                        : "found no MODEL, expected the model's folder or its "
                          "config.json";
  if (words.paths.size() > most)
    return absl::StrCat("found the extra argument '",
                        rt::Shown(words.paths[most]),
                        "'; see 'fathom help compile'");
  if (options.from)
    options.ir = words.paths.back();
  if (!options.from || words.paths.size() == 2)
    options.model = words.paths.front();
  if (options.emit == Form::Object && options.output.empty() &&
      isatty(STDOUT_FILENO) == 1)
    return "found a terminal to write object code to, expected -o FILE, or a "
           "pipe";
  if (options.emit)
    return "";
  if (options.output.empty())
    return "found no -o, expected -o NAME.fathom";
  if (options.output == "-")
    return "-o is '-', expected the name of a folder: an artifact is one, and "
           "no stream";
  if (options.model.empty())
    return "found no MODEL, expected the model's folder too, for its weights: "
           "fathom compile MODEL FILE.mlir --from FORM -o NAME.fathom";
  struct stat about;
  if (!options.randomSeed && stat(options.model.c_str(), &about) == 0 &&
      S_ISREG(about.st_mode) && rt::CheckModelPath(options.model).ok())
    return absl::StrCat("found no weights in '", rt::Shown(options.model),
                        "', expected the model's folder, or "
                        "--random-weights=SEED, or --emit=FORM");
  return "";
}

std::optional<int> parseOptions(int argc, char **argv,
                                CompileOptions &options) {
  Words words;
  CLI::App app(kDescription, "fathom compile");
  app.add_option("MODEL", words.paths,
                 "the model's folder, its config.json, or a file in the form "
                 "of --from")
      ->type_name("")
      ->expected(0, 3);
  app.add_option("-o", options.output, "the artifact or file to write")
      ->type_name("NAME");
  app.add_option("--target", words.target,
                 "the CPU level to compile for: native, avx2, avx512, "
                 "avx512-bf16, or several with commas between them")
      ->type_name("LEVEL")
      ->default_str("native");
  app.add_option("--weights", options.weights,
                 "store weights as bf16, f16 or f32")
      ->check(weightType())
      ->type_name("TYPE")
      ->default_str("bf16");
  app.add_option("--context", options.context,
                 "the longest sequence that the artifact takes")
      ->check(wholeNumber(1, 16777216))
      ->type_name("TOKENS")
      ->default_str("4096, or the model's limit if that is less");
  app.add_flag("-q,--quiet", options.quiet,
               "write warnings and errors only, no progress and no summary");
  app.add_flag("--strict", options.strict,
               "refuse unknown keys of config.json and "
               "generation_config.json");
  app.add_option("-t,--threads", options.threads, "pack weights with N threads")
      ->check(wholeNumber(1, 1024))
      ->type_name("N")
      ->default_str("one a core");
  constexpr const char *kFormsGroup = "Forms on the way";
  app.add_option("--emit", words.emit,
                 "stop at this form and write it: model, planned, tiled, llvm, "
                 "asm or obj")
      ->type_name("FORM")
      ->group(kFormsGroup);
  app.add_option("--from", words.from,
                 "start from a file in this form: model, planned, tiled or "
                 "llvm")
      ->type_name("FORM")
      ->group(kFormsGroup);
  auto *random = app.add_option("--random-weights", words.seed,
                                "make weights from a seed instead of reading "
                                "them")
                     ->check(wholeNumber(0, UINT64_MAX))
                     ->type_name("SEED")
                     ->group(kFormsGroup);
  auto fail = [](const std::string &what) {
    std::fprintf(stderr, "fathom compile: %s\n", oneLine(what).c_str());
    return kExitCommandLine;
  };
  if (auto code = ParseCommandLine(app, argc, argv, verbHelp()))
    return code;
  if (random->count() > 0)
    options.randomSeed = words.seed;
  // A form is text, and is written to standard output where no file is named.
  if (!words.emit.empty() && options.output == "-")
    options.output.clear();
  for (const std::string &path : words.paths)
    if (path.empty() || path.size() > kPathBytesMax)
      return fail(absl::StrCat("found a path of ", path.size(),
                               " bytes, expected 1 to ", kPathBytesMax));
  for (auto *check : {checkForms, checkTarget, checkPaths}) {
    std::string wrong = check(words, options);
    if (!wrong.empty())
      return fail(wrong);
  }
  return std::nullopt;
}

} // namespace fathom
