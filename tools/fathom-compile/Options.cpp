//===- Options.cpp - The command line of `fathom compile` -----------------===//
//
// See Options.h.
//
//===----------------------------------------------------------------------===//

#include "tools/fathom-compile/Options.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/base/quoting.h"
#include "tools/command_line_error.h"
#include "tools/exit_codes.h"
#include "tools/swallowed_option.h"

namespace fathom {

static constexpr const char *kLevelNames[] = {"native", "avx2", "avx512",
                                              "avx512-bf16"};
static constexpr size_t kPathBytesMax = 4096;

static const char *kDescription =
    "Compiles a model ahead of time.\n\n"
    "usage: fathom compile MODEL_DIR -o NAME.fathom [OPTIONS]\n"
    "       fathom compile MODEL_DIR|CONFIG.json --emit=FORM [-o FILE]\n"
    "       fathom compile --random-weights=SEED CONFIG.json -o NAME.fathom\n"
    "       fathom compile [MODEL_DIR] --from=FORM FILE.mlir ...\n\n"
    "FORM is model, planned, tiled, llvm, asm or obj; the last two are no "
    "MLIR, and\nnothing goes on from them.\n";

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
    return absl::StrCat("found '", rt::Shown(text),
                        "', expected a whole number from ", least, " to ",
                        most);
  };
  return CLI::Validator(check, "");
}

static CLI::Validator weightType() {
  auto check = [](std::string &text) -> std::string {
    if (text == "bf16" || text == "f16" || text == "f32")
      return "";
    return absl::StrCat("found the type '", rt::Shown(text),
                        "', expected bf16, f16 or f32");
  };
  return CLI::Validator(check, "");
}

static std::string checkTarget(const Words &words, CompileOptions &options) {
  options.levels = absl::StrSplit(words.target, ',');
  for (const std::string &level : options.levels) {
    bool isKnown = false;
    for (const char *name : kLevelNames)
      isKnown |= level == name;
    if (!isKnown)
      return absl::StrCat("--target: found the level '", rt::Shown(level),
                          "', expected native, avx2, avx512 or avx512-bf16");
  }
  if (options.levels.size() > 1 && options.emit && *options.emit >= Form::Tiled)
    return "--target: found several levels, expected one with --emit";
  if (options.levels.size() > 1 && options.from && *options.from >= Form::Tiled)
    return absl::StrCat("--target: found several levels, expected the one of "
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
               : absl::StrCat(option, ": found the form '", rt::Shown(word),
                              "', expected ", expected);
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
    return absl::StrCat("--emit: found the form ", words.emit,
                        ", expected one from ", words.from, " on");
  return "";
}

static std::string checkPaths(const Words &words, CompileOptions &options) {
  size_t most = options.from ? 2 : 1;
  if (words.paths.empty() || words.paths.size() > most)
    return absl::StrCat("found ", words.paths.size(), " paths, expected ",
                        options.from ? "FILE.mlir, or MODEL_DIR FILE.mlir"
                                     : "MODEL_DIR or CONFIG.json");
  if (options.from)
    options.ir = words.paths.back();
  if (!options.from || words.paths.size() == 2)
    options.model = words.paths.front();
  if (options.emit == Form::Object && options.output.empty() &&
      isatty(STDOUT_FILENO) == 1)
    return "--emit=obj: found a terminal to write object code to, expected "
           "-o FILE, or a pipe";
  if (options.emit)
    return "";
  if (options.output.empty())
    return "-o: expected the name of the artifact to write, as NAME.fathom";
  if (options.model.empty())
    return "--from: an artifact needs the model's folder too: fathom compile "
           "MODEL_DIR --from=FORM FILE.mlir -o NAME.fathom";
  struct stat about;
  if (!options.randomSeed && stat(options.model.c_str(), &about) == 0 &&
      S_ISREG(about.st_mode))
    return absl::StrCat("'", rt::Shown(options.model),
                        "' holds no weights: give the model's folder, or "
                        "--random-weights=SEED, or --emit=FORM");
  return "";
}

std::optional<int> parseOptions(int argc, char **argv,
                                CompileOptions &options) {
  Words words;
  CLI::App app(kDescription, "fathom compile");
  app.set_help_flag("-h,--help", "this help");
  app.add_option("paths", words.paths, "MODEL_DIR, CONFIG.json or FILE.mlir")
      ->type_name("PATH")
      ->expected(0, 3);
  app.add_option("-o", options.output, "where to write")->type_name("NAME");
  app.add_option("--target", words.target,
                 "native (default), avx2, avx512, avx512-bf16, or several "
                 "with commas")
      ->type_name("LEVEL");
  app.add_option("--weights", options.weights,
                 "what weights are stored as: bf16 (default), f16 or f32")
      ->check(weightType())
      ->type_name("TYPE");
  app.add_option("--context", options.context,
                 "longest sequence (default: 4096, or the model's if less)")
      ->check(wholeNumber(1, 16777216))
      ->type_name("TOKENS");
  app.add_flag("--strict", options.strict,
               "refuse unknown keys of config.json and "
               "generation_config.json");
  auto *random = app.add_option("--random-weights", words.seed,
                                "make weights from a seed, read none")
                     ->check(wholeNumber(0, UINT64_MAX))
                     ->type_name("SEED");
  app.add_option("--emit", words.emit, "stop at this form and write it")
      ->type_name("FORM");
  app.add_option("--from", words.from, "go on from this form")
      ->type_name("FORM");
  app.add_option("--threads", options.threads, "threads that pack weights")
      ->check(wholeNumber(1, 1024))
      ->type_name("N");
  auto fail = [](const std::string &what) {
    std::fprintf(stderr, "fathom compile: %s\n", oneLine(what).c_str());
    return kExitCommandLine;
  };
  if (std::string wrong = SwallowedOption(app, argc, argv); !wrong.empty())
    return fail(wrong);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    // The description says how it is used.
    std::printf(
        "%s%s", kDescription,
        CLI::Formatter().make_groups(&app, CLI::AppFormatMode::Normal).c_str());
    if (std::fflush(stdout) == 0)
      return 0;
    fail(absl::StrCat("cannot write the output: ", std::strerror(errno)));
    return kExitMachine;
  } catch (const CLI::ParseError &error) {
    return fail(CommandLineError(app, error));
  }
  if (random->count() > 0)
    options.randomSeed = words.seed;
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
