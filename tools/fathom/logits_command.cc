// See logits_command.h.
#include "tools/fathom/logits_command.h"

#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "runtime/base/status.h"
#include "runtime/io/atomic_file.h"
#include "runtime/model/session.h"
#include "runtime/serve/load_artifact.h"
#include "tools/cli/command_line.h"
#include "tools/fathom/ask_options.h"
#include "tools/fathom/neighbours.h"
#include "tools/fathom/output.h"

namespace fathom::rt {
namespace {

constexpr int64_t kBesideMax = 64;
constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();

int Fail(const absl::Status& status, int exit_code) {
  absl::FPrintF(stderr, "fathom logits: %s\n", status.message());
  return exit_code;
}

// The command line as it is typed, and as Read() has understood it.
struct LogitsOptions {
  std::string path, tokens_text, output;
  std::optional<std::string> threads_text, chunk_text, position_text,
      beside_text, shuffle_text, placement, level;
  bool one_by_one = false;
  bool mtp = false;

  LoadOptions load;
  std::vector<int32_t> tokens;
  int64_t chunk = 0;  // 0: as many as a step takes
  int64_t position = 0;
  int64_t beside = 0;
  std::optional<uint64_t> shuffle_seed;

  void AddTo(CLI::App& app);
  absl::Status Read();
};

void LogitsOptions::AddTo(CLI::App& app) {
  AddArtifact(app, path);
  app.add_option("--tokens", tokens_text, "token ids with commas between them")
      ->type_name("IDS")
      ->required();
  app.add_option("-o,--output", output, "the safetensors file to write")
      ->type_name("FILE")
      ->required();
  app.add_flag("--mtp", mtp,
               "also write what the MTP layer predicts after each token and "
               "the next one");
  constexpr char kSteps[] = "Steps";
  app.add_flag("--one-by-one", one_by_one,
               "feed each token in a step of its own, like a generated one")
      ->group(kSteps);
  app.add_option("--chunk", chunk_text, "feed at most N tokens in a step")
      ->type_name("N")
      ->default_str("what a step takes")
      ->group(kSteps);
  app.add_option("--position", position_text,
                 "the position of the first token; 'fathom inspect' shows the "
                 "limit")
      ->type_name("P")
      ->default_str("0")
      ->group(kSteps);
  app.add_option("--beside", beside_text, "run N other sequences in every step")
      ->type_name("N")
      ->default_str("0")
      ->group(kSteps);
  app.add_option("--shuffle-pages", shuffle_text,
                 "hand out the pages of the cache in the order of this seed")
      ->type_name("SEED")
      ->group(kSteps);
  AddMachineOptions(app, threads_text, placement, level);
}

absl::Status ReadOption(const char* name,
                        const std::optional<std::string>& text, int64_t min,
                        int64_t max, int64_t* value) {
  if (!text.has_value()) return absl::OkStatus();
  FATHOM_ASSIGN_OR_RETURN(*value, ParseWhole(name, *text, min, max));
  return absl::OkStatus();
}

absl::Status LogitsOptions::Read() {
  AskOptions shared;
  shared.path = path;
  shared.threads = threads_text;
  shared.placement = placement;
  shared.level = level;
  FATHOM_ASSIGN_OR_RETURN(load, shared.Load());
  load.thread_policy = ThreadPolicy::kFixed;
  if (output.empty()) {
    return absl::InvalidArgumentError("-o is '', expected a file's name");
  }
  // Rows are written as they are computed, to where the header says.
  if (output == "-") {
    return absl::InvalidArgumentError(
        "-o is '-', expected a file's name: what is written is no stream; "
        "'./-' is a file of that name");
  }
  for (absl::string_view text : absl::StrSplit(tokens_text, ',')) {
    FATHOM_ASSIGN_OR_RETURN(const int64_t id,
                            ParseWhole("--tokens", text, 0, kInt32Max));
    tokens.push_back(static_cast<int32_t>(id));
  }
  FATHOM_RETURN_IF_ERROR(
      ReadOption("--chunk", chunk_text, 1, kInt32Max, &chunk));
  FATHOM_RETURN_IF_ERROR(
      ReadOption("--position", position_text, 0, kInt32Max, &position));
  FATHOM_RETURN_IF_ERROR(
      ReadOption("--beside", beside_text, 0, kBesideMax, &beside));
  if (shuffle_text.has_value()) {
    FATHOM_ASSIGN_OR_RETURN(shuffle_seed,
                            ParseWhole("--shuffle-pages", *shuffle_text, 0,
                                       std::numeric_limits<int64_t>::max()));
  }
  if (mtp && tokens.size() < 2) {
    return absl::InvalidArgumentError(
        "--tokens holds 1 id, expected at least 2 with --mtp");
  }
  if (one_by_one && chunk > 1) {
    return absl::InvalidArgumentError(
        "--chunk is given with --one-by-one, expected one of them");
  }
  if (one_by_one) chunk = 1;
  return absl::OkStatus();
}

// Where a tensor's data begins in the file, and how long its rows are.
struct TensorPlace {
  uint64_t offset = 0;
  uint64_t columns = 0;
};

// The file, its tensors laid out from the start.
class LogitsFile {
 public:
  static absl::StatusOr<LogitsFile> Create(const std::string& path,
                                           const fathom::schema::Model& model,
                                           uint64_t tokens, bool mtp) {
    LogitsFile file;
    FATHOM_ASSIGN_OR_RETURN(file.file_, AtomicFile::Create(path));
    const uint64_t vocabulary = model.vocabulary_size();
    const uint64_t k = model.experts_per_token();
    file.Add("logits", "F32", {tokens, vocabulary}, file.logits_);
    if (model.expert_layer_count() * k > 0) {
      file.Add("experts", "I32", {model.expert_layer_count(), tokens, k},
               file.experts_);
    }
    if (mtp) {
      file.Add("mtp_logits", "F32", {tokens - 1, vocabulary}, file.mtp_logits_);
      if (k > 0) {
        file.Add("mtp_experts", "I32", {tokens - 1, k}, file.mtp_experts_);
      }
    }
    std::string json = file.json_ + "}";
    while (json.size() % 8 != 0) json += " ";
    const uint64_t json_bytes = json.size();
    std::string start(8, '\0');
    std::memcpy(start.data(), &json_bytes, 8);
    file.data_at_ = 8 + json_bytes;
    FATHOM_RETURN_IF_ERROR(file.file_->WriteAt(0, start + json));
    return file;
  }

  absl::Status WriteLogits(int64_t row, absl::Span<const float> logits) {
    return Write(logits_, static_cast<uint64_t>(row), logits);
  }
  // `row` counts through the layers.
  absl::Status WriteExperts(int64_t row, absl::Span<const int32_t> ids) {
    return Write(experts_, static_cast<uint64_t>(row), ids);
  }
  absl::Status WriteMtpLogits(int64_t row, absl::Span<const float> logits) {
    return Write(mtp_logits_, static_cast<uint64_t>(row), logits);
  }
  absl::Status WriteMtpExperts(int64_t row, absl::Span<const int32_t> ids) {
    return Write(mtp_experts_, static_cast<uint64_t>(row), ids);
  }
  absl::Status Commit() { return file_->Commit(); }

 private:
  LogitsFile() = default;

  // A tensor after those so far.
  void Add(const char* name, const char* type, std::vector<uint64_t> shape,
           TensorPlace& place) {
    place = {.offset = data_bytes_, .columns = shape.back()};
    uint64_t bytes = 4;
    for (const uint64_t size : shape) bytes *= size;
    absl::StrAppendFormat(
        &json_,
        "%c\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}",
        json_.empty() ? '{' : ',', name, type, absl::StrJoin(shape, ","),
        data_bytes_, data_bytes_ + bytes);
    data_bytes_ += bytes;
  }

  // From row `row` on.
  template <typename T>
  absl::Status Write(const TensorPlace& place, uint64_t row,
                     absl::Span<const T> values) {
    return file_->WriteAt(data_at_ + place.offset + row * place.columns * 4,
                          {reinterpret_cast<const char*>(values.data()),
                           values.size() * sizeof(T)});
  }

  std::unique_ptr<AtomicFile> file_;
  std::string json_;
  uint64_t data_at_ = 0;
  uint64_t data_bytes_ = 0;
  TensorPlace logits_, experts_, mtp_logits_, mtp_experts_;
};

// Writes what the step gave for tokens [first, first + count), which lie in it
// from `step_token` and `row` on.
absl::Status WriteStep(const StepResult& result, int64_t first, int64_t count,
                       int64_t step_token, int64_t row, int64_t tokens,
                       const fathom::schema::Model& model, LogitsFile& file) {
  for (int64_t i = 0; i < count; ++i) {
    FATHOM_ASSIGN_OR_RETURN(const absl::Span<const float> logits,
                            result.Row(row + i));
    FATHOM_RETURN_IF_ERROR(file.WriteLogits(first + i, logits));
  }
  const int64_t k = model.experts_per_token();
  for (int64_t layer = 0; layer < model.expert_layer_count(); ++layer) {
    FATHOM_RETURN_IF_ERROR(file.WriteExperts(
        layer * tokens + first,
        result.experts.subspan((layer * result.token_count + step_token) * k,
                               count * k)));
  }
  return absl::OkStatus();
}

// Writes what the further layer says after the tokens of `own`, which were
// just stepped and have their hidden rows in `hidden`; the last of `tokens` has
// no next one.
absl::Status WriteMtp(absl::Span<const int32_t> tokens,
                      const SequenceTokens& own, absl::Span<const float> hidden,
                      Session& session, LogitsFile& file) {
  const int64_t first = own.first_position;
  SequenceTokens next = own;
  next.ids = tokens.subspan(first + 1, own.ids.size());
  if (next.ids.empty()) return absl::OkStatus();
  const size_t columns = hidden.size() / own.ids.size();
  FATHOM_ASSIGN_OR_RETURN(
      const StepResult result,
      session.PredictFurther({next},
                             hidden.subspan(0, next.ids.size() * columns)));
  for (int64_t i = 0; i < result.row_count; ++i) {
    FATHOM_ASSIGN_OR_RETURN(const absl::Span<const float> logits,
                            result.Row(i));
    FATHOM_RETURN_IF_ERROR(file.WriteMtpLogits(first + i, logits));
  }
  if (result.experts.empty()) return absl::OkStatus();
  return file.WriteMtpExperts(first, result.experts);
}

// Tokens and rows of the runs before the one in the first slot.
std::pair<int64_t, int64_t> Before(absl::Span<const SequenceTokens> runs) {
  int64_t tokens = 0, rows = 0;
  for (const SequenceTokens& run : runs) {
    if (run.slot == 0) break;
    tokens += static_cast<int64_t>(run.ids.size());
    rows += run.logits == Wanted::kLast ? 1 : 0;
  }
  return {tokens, rows};
}

// Holds the options to what the model allows.
absl::Status CheckFits(const LogitsOptions& options,
                       const fathom::schema::Model& model) {
  const auto tokens = static_cast<int64_t>(options.tokens.size());
  if (tokens > model.context_tokens()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--tokens holds %d ids, expected at most the context's %d", tokens,
        model.context_tokens()));
  }
  // Artifacts from before the limit was kept do not know it.
  const int64_t limit =
      model.position_limit() == 0 ? kInt32Max : model.position_limit();
  const int64_t last = options.position + tokens - 1;
  if (last >= limit) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--position %d puts the last of --tokens at position %d, expected at "
        "most the model's last, %d",
        options.position, last, limit - 1));
  }
  const Neighbours neighbours(static_cast<int32_t>(options.beside),
                              static_cast<int32_t>(model.vocabulary_size()),
                              model.context_tokens());
  if (neighbours.step_tokens_max() >= model.step_tokens_max()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--beside %d takes up to %d tokens of a step, expected fewer than %d",
        options.beside, neighbours.step_tokens_max(), model.step_tokens_max()));
  }
  return absl::OkStatus();
}

absl::Status Run(const LogitsOptions& options, const LoadedArtifact& loaded) {
  const auto& model = *loaded.artifact->manifest().model();
  const auto tokens = static_cast<int64_t>(options.tokens.size());
  const auto beside = static_cast<int32_t>(options.beside);
  SessionOptions session_options;
  session_options.slot_count = 1 + beside;
  session_options.shuffle_seed = options.shuffle_seed;
  session_options.hidden = options.mtp;
  FATHOM_ASSIGN_OR_RETURN(
      const std::unique_ptr<Session> session,
      Session::Create(*loaded.artifact, *loaded.pool, session_options));
  Neighbours neighbours(beside, static_cast<int32_t>(model.vocabulary_size()),
                        model.context_tokens());
  const int64_t room =
      session->step_tokens_max() - neighbours.step_tokens_max();
  FATHOM_CHECK(room >= 1);
  FATHOM_ASSIGN_OR_RETURN(
      LogitsFile file, LogitsFile::Create(options.output, model,
                                          options.tokens.size(), options.mtp));
  int64_t chunk = std::min(options.chunk == 0 ? room : options.chunk, room);
  for (int64_t first = 0; first < tokens; first += chunk) {
    chunk = std::min(chunk, tokens - first);
    std::vector<SequenceTokens> runs = neighbours.Next(*session);
    const SequenceTokens own = {
        .slot = 0,
        .ids = absl::MakeConstSpan(options.tokens).subspan(first, chunk),
        .first_position = first,
        .rotary_shift = options.position,
        .role = options.one_by_one ? FATHOM_ROLE_GENERATED : FATHOM_ROLE_PROMPT,
        .logits = Wanted::kAll};
    runs.insert(runs.begin() + beside / 2, own);
    FATHOM_ASSIGN_OR_RETURN(const StepResult result, session->Step(runs));
    const auto [step_token, row] = Before(runs);
    FATHOM_RETURN_IF_ERROR(
        WriteStep(result, first, chunk, step_token, row, tokens, model, file));
    if (options.mtp) {
      FATHOM_RETURN_IF_ERROR(
          WriteMtp(options.tokens, own,
                   result.hidden.subspan(row * model.hidden_size(),
                                         chunk * model.hidden_size()),
                   *session, file));
    }
  }
  return file.Commit();
}

VerbHelp Help() {
  VerbHelp help;
  help.examples = {{"Write the logits after each of three tokens",
                    "fathom logits r1.fathom --tokens 1,2,3 -o "
                    "logits.safetensors"}};
  return help;
}

}  // namespace

int LogitsCommand(int argc, const char* const* argv) {
  CLI::App app(
      "The file holds 'logits' [tokens, vocabulary] in f32, one row after each "
      "token, and, of a model with experts, 'experts' [layers, tokens, k]; "
      "with --mtp also 'mtp_logits' and 'mtp_experts'. The options of the "
      "group Steps change how tokens are fed, and none of them changes a "
      "number.",
      "fathom logits");
  LogitsOptions options;
  options.AddTo(app);
  if (const auto code = ParseCommandLine(app, argc, argv, Help())) return *code;
  const absl::Status read = options.Read();
  if (!read.ok()) return Fail(read, kExitCommandLine);
  const auto loaded = LoadArtifact(options.load);
  if (!loaded.ok()) return Fail(loaded.status(), ExitCode(loaded.status()));
  const absl::Status fits =
      CheckFits(options, *loaded->artifact->manifest().model());
  if (!fits.ok()) return Fail(fits, kExitCommandLine);
  const absl::Status status = Run(options, *loaded);
  return status.ok() ? 0 : Fail(status, ExitCode(status));
}

}  // namespace fathom::rt
