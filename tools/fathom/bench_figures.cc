// See bench_figures.h.
#include "tools/fathom/bench_figures.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "runtime/base/status.h"
#include "runtime/model/session.h"
#include "tools/fathom/bench_probes.h"
#include "tools/fathom/bench_samples.h"
#include "tools/fathom/bench_subject.h"

namespace fathom::rt {
namespace {

constexpr double kGiga = 1e9;

// The highest resident set so far, mapped pages included.
int64_t PeakRssBytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    absl::string_view text = line;
    int64_t kib = 0;
    if (absl::ConsumePrefix(&text, "VmHWM:") &&
        absl::ConsumeSuffix(&text, " kB") && absl::SimpleAtoi(text, &kib)) {
      return kib * 1024;
    }
  }
  return 0;
}

// Since the process was started, to the clock tick (10 ms).
double SecondsSinceStart() {
  std::ifstream stat("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(stat), {}};
  // Behind the name, which may hold anything: state is field 3, the start 22.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  const std::vector<std::string> fields =
      absl::StrSplit(text.substr(name_end + 2), ' ');
  int64_t ticks = 0;
  if (fields.size() < 20 || !absl::SimpleAtoi(fields[19], &ticks)) return 0;
  timespec now = {};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) +
         1e-9 * static_cast<double>(now.tv_nsec) -
         static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Prompts of `tokens` tokens, `operations` a token, between dot probes.
absl::StatusOr<Samples> Prefill(Subject& subject, DotPeak& dot, int64_t tokens,
                                double operations,
                                const BenchProgress& progress) {
  FATHOM_RETURN_IF_ERROR(subject.Prompt(tokens));
  return Sample(
      {NowSeconds, [&] { return dot.Measure(); }, operations,
       [&]() -> absl::StatusOr<int64_t> {
         FATHOM_RETURN_IF_ERROR(subject.Prompt(tokens));
         return tokens;
       },
       [&](int64_t sample) { progress("prompts", sample, kSampleCount); }});
}

// Generated tokens after the prompt, between read probes. The samples share
// the tokens; where there are fewer, the sequence is taken back to its prompt.
absl::StatusOr<Samples> Decode(Subject& subject, ReadBandwidth& read,
                               const BenchSettings& settings,
                               double token_bytes,
                               const BenchProgress& progress) {
  const int64_t begin = settings.prompt_tokens;
  const int64_t end = begin + settings.decode_tokens;
  const int64_t piece =
      std::max<int64_t>(1, settings.decode_tokens / kSampleCount);
  int64_t position = begin;
  return Sample({NowSeconds, [&] { return read.Measure(); }, token_bytes,
                 [&]() -> absl::StatusOr<int64_t> {
                   for (int64_t i = 0; i < piece; ++i) {
                     if (position == end) position = begin;
                     FATHOM_RETURN_IF_ERROR(subject.Decode(position++));
                   }
                   return piece;
                 },
                 [&](int64_t sample) {
                   progress("generated tokens", sample, kSampleCount);
                 }});
}

}  // namespace

absl::Status CheckFits(const BenchSettings& settings,
                       const fathom::schema::Model& model) {
  const int64_t tokens = settings.prompt_tokens + settings.decode_tokens;
  if (tokens <= model.context_tokens()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "%d prompt and %d generated tokens are %d, expected at most the "
      "context's %d",
      settings.prompt_tokens, settings.decode_tokens, tokens,
      model.context_tokens()));
}

absl::StatusOr<Outline> Bench(const BenchSettings& settings,
                              const LoadedArtifact& loaded,
                              const BenchProgress& progress) {
  const Artifact& artifact = *loaded.artifact;
  const auto& model = *artifact.manifest().model();
  FATHOM_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                          Session::Create(artifact, *loaded.pool, {}));
  Subject subject(*session, model);
  FATHOM_RETURN_IF_ERROR(subject.Prompt(1));
  const double load_s = SecondsSinceStart();

  // The head is computed once a prompt; a multiply and an add are two.
  const double operations =
      2 * (static_cast<double>(model.prompt_macs_per_token()) +
           static_cast<double>(model.head_macs()) /
               static_cast<double>(settings.prompt_tokens));
  DotPeak dot(*loaded.pool, artifact.dot_probe());
  FATHOM_ASSIGN_OR_RETURN(
      const Samples prefill,
      Prefill(subject, dot, settings.prompt_tokens, operations, progress));
  ReadBandwidth read(*loaded.pool, artifact.read_probe(),
                     artifact.weights().bytes());
  FATHOM_ASSIGN_OR_RETURN(
      const Samples decode,
      Decode(subject, read, settings,
             static_cast<double>(model.weight_bytes_per_token()), progress));
  const int64_t peak_rss_bytes = PeakRssBytes();
  progress("memory in huge pages", 1, 1);
  const absl::StatusOr<double> huge =
      HugePageBandwidth(*loaded.pool, artifact.read_probe());
  if (!huge.ok()) {
    absl::FPrintF(stderr,
                  "fathom bench: warning: cannot measure "
                  "huge_page_bandwidth_gb_s: %s\n",
                  huge.status().message());
  }

  Outline figures = Outline::Object();
  figures.Add("model", model.name()->str())
      .Add("level", artifact.level().name()->str())
      .Add("placement", std::string(PlacementName(artifact.placement())))
      .Add("threads", uint32_t{loaded.pool->thread_count()})
      .Add("prompt_tokens", settings.prompt_tokens)
      .Add("decode_tokens", settings.decode_tokens)
      .Add("samples", uint64_t{decode.ratios.size()})
      .Add("prefill_tokens_per_s", Median(prefill.rates))
      .Add("decode_tokens_per_s", Median(decode.rates))
      .Add("weight_bytes_per_token", uint64_t{model.weight_bytes_per_token()})
      .Add("prompt_operations_per_token", operations)
      .Add("read_bandwidth_gb_s", Median(decode.limits) / kGiga)
      .Add("dot_instruction", artifact.level().dot_name()->str())
      .Add("dot_peak_gop_s", Median(prefill.limits) / kGiga)
      .Add("decode_bandwidth_fraction", Median(decode.ratios))
      .Add("prefill_peak_fraction", Median(prefill.ratios))
      .Add("peak_rss_bytes", peak_rss_bytes)
      .Add("load_s", load_s);
  if (huge.ok()) figures.Add("huge_page_bandwidth_gb_s", *huge / kGiga);
  return figures;
}

}  // namespace fathom::rt
