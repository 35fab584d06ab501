// See run_lines.h.
#include "tools/fathom/run_lines.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/base/json_string.h"
#include "runtime/base/status.h"
#include "runtime/serve/conversation.h"
#include "runtime/serve/request_json.h"
#include "tools/fathom/answer_json.h"
#include "tools/fathom/input_file.h"

namespace fathom::rt {

LineRun::Begun::Begun(int64_t answer_place, int64_t line_number)
    : place(answer_place),
      where(absl::StrCat("line ", line_number)),
      head(absl::StrCat("{\"line\": ", line_number)) {}

absl::Status LineRun::Run(const std::function<bool()>& interrupted) {
  absl::Status failure;
  for (;;) {
    if (interrupted()) {
      ended_ = true;
      batch_->CancelAll();
    }
    for (Batch::Request& request : batch_->TakeDone()) {
      Finish(std::move(request));
    }
    // Before a line is waited for: who feeds a pipe may wait for the answer.
    FATHOM_RETURN_IF_ERROR(WriteNext());
    if (failure.ok()) failure = TakeLines(interrupted);
    if (!failure.ok()) ended_ = true;
    FATHOM_RETURN_IF_ERROR(WriteNext());
    if (batch_->idle()) {
      if (ended_) return failure;
      continue;
    }
    const absl::Status stepped = batch_->Step();
    if (!stepped.ok() && failure.ok()) failure = stepped;
  }
}

// Waits for a line only where there is nothing else to do.
absl::Status LineRun::TakeLines(const std::function<bool()>& interrupted) {
  std::string line;
  while (!ended_ && !interrupted() && batch_->free_slots() > 0 &&
         held_bytes_ <= options_.held_bytes_max) {
    FATHOM_ASSIGN_OR_RETURN(const LineSource::Got got,
                            source_->Next(batch_->idle(), &line));
    switch (got) {
      case LineSource::Got::kNothingYet: return absl::OkStatus();
      case LineSource::Got::kEnd: ended_ = true; return absl::OkStatus();
      case LineSource::Got::kTooLong: {
        ++figures_.lines;
        Fail(Begun(figures_.lines, source_->number()),
             absl::InvalidArgumentError(absl::StrFormat(
                 "found more than %d bytes, expected at most that many",
                 options_.line_bytes_max)));
        break;
      }
      case LineSource::Got::kLine: Begin(line); break;
    }
    // The same holds of a fault, while nothing runs.
    if (batch_->idle()) FATHOM_RETURN_IF_ERROR(WriteNext());
  }
  return absl::OkStatus();
}

void LineRun::Begin(absl::string_view line) {
  if (source_->number() == 1) line = WithoutByteOrderMark(line);
  if (absl::StripAsciiWhitespace(line).empty()) return;
  ++figures_.lines;
  Begun begun(figures_.lines, source_->number());
  absl::StatusOr<std::unique_ptr<Generation>> generation =
      Prepare(line, &begun);
  if (!generation.ok()) return Fail(begun, generation.status());
  batch_->Add(begun.place, *std::move(generation));
  begun_.emplace(begun.place, std::move(begun));
}

absl::StatusOr<std::unique_ptr<Generation>> LineRun::Prepare(
    absl::string_view line, Begun* begun) {
  FATHOM_ASSIGN_OR_RETURN(const AskRequest request,
                          ParseRequest(line, begun->where));
  if (!request.id_json.empty()) {
    absl::StrAppend(&begun->head, ", \"id\": ", request.id_json);
  }
  figures_.unused_keys.insert(request.unused_keys.begin(),
                              request.unused_keys.end());
  AskSettings settings = options_.settings;
  FATHOM_RETURN_IF_ERROR(ApplyOverrides(request.overrides, &settings));
  for (const IdleSetting& idle :
       SettingsWithoutEffect(request.overrides, settings, model_->facts())) {
    figures_.idle_settings.emplace(idle.name, idle);
  }
  if (settings.sampling.sample) ++figures_.sampled;
  FATHOM_ASSIGN_OR_RETURN(std::vector<int32_t> prompt_ids,
                          EncodePrompt(request, options_.prompt, *model_));
  return Generation::Create(
      RequestOptions(std::move(prompt_ids), settings, model_->facts()),
      model_->NewDecoder());
}

void LineRun::Finish(Batch::Request request) {
  auto begun = begun_.extract(request.key);
  if (!request.status.ok()) return Fail(begun.mapped(), request.status);
  const Answer answer = AnswerOf(*request.generation);
  figures_.prompt_tokens += static_cast<int64_t>(answer.prompt_ids.size());
  figures_.output_tokens += static_cast<int64_t>(answer.ids.size());
  Hold(request.key, absl::StrCat(begun.mapped().head, ", ",
                                 AnswerMembers(answer), ", \"stop_message\": ",
                                 JsonString(StopMessage(
                                     answer, model_->facts().context_tokens)),
                                 "}\n"));
}

void LineRun::Fail(const Begun& begun, const absl::Status& status) {
  std::string message(status.message());
  if (!absl::StartsWith(message, begun.where)) {
    message = absl::StrCat(begun.where, ": ", message);
  }
  message = OneLine(message);
  ++figures_.failures;
  if (figures_.first_failure.empty()) figures_.first_failure = message;
  Hold(begun.place,
       absl::StrCat(begun.head, ", \"error\": ", JsonString(message), "}\n"));
}

void LineRun::Hold(int64_t place, std::string object) {
  held_bytes_ += object.size();
  held_[place] = std::move(object);
}

absl::Status LineRun::WriteNext() {
  for (auto next = held_.find(next_); next != held_.end();
       next = held_.find(++next_)) {
    if (!output_->Write(next->second)) return output_->status();
    held_bytes_ -= next->second.size();
    held_.erase(next);
  }
  return absl::OkStatus();
}

}  // namespace fathom::rt
