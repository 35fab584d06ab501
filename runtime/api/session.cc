// Sessions of the C API: generating, cancelling, raw steps.
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "runtime/abi/step.h"
#include "runtime/api/api_error.h"
#include "runtime/api/api_model.h"
#include "runtime/api/api_settings.h"
#include "runtime/api/api_text.h"
#include "runtime/api/fathom.h"
#include "runtime/api/struct_size.h"
#include "runtime/base/status.h"
#include "runtime/serve/artifact_text_model.h"
#include "runtime/serve/conversation.h"

namespace fathom::rt {
namespace {

static_assert(FATHOM_PROMPT_TOKEN == FATHOM_ROLE_PROMPT &&
              FATHOM_GENERATED_TOKEN == FATHOM_ROLE_GENERATED);

double NowSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

struct ApiSession {
  explicit ApiSession(std::unique_ptr<TextModel> owned)
      : model(std::move(owned)), conversation(model.get(), NowSeconds) {}

  std::unique_ptr<TextModel> model;
  Conversation conversation;
  std::vector<int32_t> output_ids;  // of the last result
  std::mutex in_call;
  std::atomic<std::thread::id> caller;  // of the call that holds `in_call`
  std::atomic<bool> cancelled{false};
  std::atomic<bool> closed{false};
};

// Says which thread is in the call, as long as it is, exceptions included.
class CallerMark {
 public:
  explicit CallerMark(ApiSession& session) : session_(session) {
    session_.caller.store(std::this_thread::get_id());
  }
  ~CallerMark() { session_.caller.store(std::thread::id()); }
  CallerMark(const CallerMark&) = delete;
  CallerMark& operator=(const CallerMark&) = delete;

 private:
  ApiSession& session_;
};

using SessionTable = HandleTable<fathom_session, ApiSession>;

SessionTable& Sessions() {
  // Never destroyed: threads may outlive main().
  static SessionTable& table = *std::make_unique<SessionTable>().release();
  return table;
}

fathom_code FailClosed() {
  return Fail(FATHOM_ERROR_ARGUMENT,
              "session is not an open session: it was closed, or is something "
              "else");
}

fathom_code FailBusy() {
  return Fail(FATHOM_ERROR_BUSY,
              "the session is in another call, expected one at a time");
}

std::shared_ptr<ApiSession> FindSession(const fathom_session* session) {
  std::shared_ptr<ApiSession> found = Sessions().Find(session);
  if (found != nullptr) return found;
  if (session == nullptr) {
    Fail(FATHOM_ERROR_ARGUMENT, "session is null, expected an open session");
  } else {
    FailClosed();
  }
  return nullptr;
}

// Runs `body(session)` as the one call that the session serves.
template <typename Body>
fathom_code InCall(const fathom_session* handle, Body body) {
  return Guarded([&] {
    const std::shared_ptr<ApiSession> session = FindSession(handle);
    if (session == nullptr) return FATHOM_ERROR_ARGUMENT;
    std::unique_lock<std::mutex> lock(session->in_call, std::try_to_lock);
    // Another thread may have closed it since it was found.
    if (session->closed.load()) return FailClosed();
    if (!lock.owns_lock()) return FailBusy();
    const CallerMark mark(*session);
    return body(*session);
  });
}

fathom_code Close(const fathom_session* handle) {
  const std::shared_ptr<ApiSession> session = FindSession(handle);
  if (session == nullptr) return FATHOM_ERROR_ARGUMENT;
  // A callback that waited for its own call would wait for ever.
  if (session->caller.load() == std::this_thread::get_id()) return FailBusy();
  // Before the handle goes: who finds it gone finds the session closed.
  session->closed.store(true);
  if (Sessions().Remove(handle) == nullptr) return FailClosed();
  const std::lock_guard<std::mutex> call_is_over(session->in_call);
  return FATHOM_OK;
}

fathom_part PartOf(Thinking::Part part) {
  switch (part) {
    case Thinking::Part::kThinking: return FATHOM_THINKING;
    case Thinking::Part::kTag: return FATHOM_TAG;
    case Thinking::Part::kAnswer: break;
  }
  return FATHOM_ANSWER;
}

fathom_stop_reason ReasonOf(StopReason reason) {
  switch (reason) {
    case StopReason::kEos: return FATHOM_STOP_EOS;
    case StopReason::kStop: return FATHOM_STOP_TEXT;
    case StopReason::kLength: return FATHOM_STOP_LENGTH;
    case StopReason::kContext: return FATHOM_STOP_CONTEXT;
    case StopReason::kNone:
    case StopReason::kCancelled: break;
  }
  return FATHOM_STOP_CANCELLED;
}

// What the caller of fathom_generate() and fathom_chat() passes on.
struct Wish {
  const fathom_generation_options* options;
  fathom_piece_callback callback;
  void* user;
  fathom_result* result;
};

// Zeros for what the caller knows of a result: what it holds after an error.
fathom_code ClearResult(fathom_result* result) {
  if (result == nullptr) return FATHOM_OK;
  const fathom_code code =
      CheckStructSize<fathom_result>("result", result->struct_size);
  if (code == FATHOM_OK) WriteStruct(fathom_result{}, result);
  return code;
}

// All that can be said before the model works.
absl::StatusOr<AskSettings> Settings(const ApiSession& session,
                                     const Wish& wish, fathom_code* code) {
  fathom_generation_options options = kGenerationDefaults;
  *code = ReadStruct("options", wish.options, &options);
  if (*code != FATHOM_OK) return AskSettings();
  auto settings = SettingsOf(options, session.model->facts());
  if (!settings.ok()) {
    *code = Fail(FATHOM_ERROR_ARGUMENT, settings.status().message());
  }
  return settings;
}

void WriteResult(const Answer& answer, ApiSession& session,
                 fathom_result* result) {
  session.output_ids = answer.ids;
  if (result == nullptr) return;
  fathom_result value = {};
  value.stop_reason = ReasonOf(answer.stop_reason);
  value.prompt_tokens = static_cast<int64_t>(answer.prompt_ids.size());
  value.reused_tokens = answer.reused_tokens;
  value.prompt_seconds = answer.prompt_s;
  value.output_seconds = answer.decode_s;
  // The tokens of a session that is being closed are gone with it.
  if (!session.closed.load()) {
    value.output_tokens = static_cast<int64_t>(answer.ids.size());
    value.output_ids = session.output_ids.data();
  }
  WriteStruct(value, result);
}

// What a failed step leaves of the sequence is not known: it is ended.
fathom_code FailStep(ApiSession& session, const absl::Status& status) {
  session.conversation.Forget();
  session.model->Release(0);
  return Fail(status);
}

fathom_code Generate(ApiSession& session, std::vector<int32_t> prompt_ids,
                     const AskSettings& settings, const Wish& wish) {
  session.cancelled.store(false);
  bool has_begun = false;
  const auto answer = session.conversation.Ask(
      std::move(prompt_ids), settings,
      [&](const Piece& piece) {
        if (wish.callback == nullptr) return true;
        const fathom_piece given = {sizeof(fathom_piece), piece.text.c_str(),
                                    piece.text.size(), PartOf(piece.part)};
        return wish.callback(&given, wish.user) == 0;
      },
      [&] {
        has_begun = true;
        return session.cancelled.load() || session.closed.load();
      });
  if (!answer.ok()) {
    return has_begun ? FailStep(session, answer.status())
                     : Fail(answer.status());
  }
  WriteResult(*answer, session, wish.result);
  return FATHOM_OK;
}

fathom_code Step(ApiSession& session, absl::Span<const int32_t> ids,
                 int64_t position, fathom_role role, float* logits,
                 size_t capacity) {
  const TextModelFacts& facts = session.model->facts();
  const auto row = static_cast<size_t>(facts.vocabulary_size);
  if (role != FATHOM_PROMPT_TOKEN && role != FATHOM_GENERATED_TOKEN) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("role is %d, expected FATHOM_PROMPT_TOKEN or "
                                "FATHOM_GENERATED_TOKEN",
                                role));
  }
  if (ids.empty() || ids.size() > static_cast<size_t>(facts.step_tokens_max)) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("count is %d, expected 1 to %d", ids.size(),
                                facts.step_tokens_max));
  }
  if (position < 0 || position >= facts.context_tokens) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("position is %d, expected 0 to %d", position,
                                facts.context_tokens - 1));
  }
  if (logits != nullptr && capacity < row) {
    return Fail(FATHOM_ERROR_BUFFER,
                absl::StrFormat("logits has room for %d floats, expected %d",
                                capacity, row));
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= 0 && ids[i] < facts.vocabulary_size) continue;
    return Fail(FATHOM_ERROR_INPUT,
                absl::StrFormat("ids[%d] is %d, expected 0 to %d", i, ids[i],
                                facts.vocabulary_size - 1));
  }
  StepTokens tokens;
  tokens.ids = ids;
  tokens.first_position = position;
  tokens.role = static_cast<int32_t>(role);
  tokens.wants_logits = logits != nullptr;
  const SlotLogits given = session.model->Step(tokens);
  // Past the end of the sequence, or of the context: nothing was done.
  if (absl::IsOutOfRange(given.status())) {
    return Fail(FATHOM_ERROR_ARGUMENT, given.status().message());
  }
  if (!given.ok()) return FailStep(session, given.status());
  // What is in the cache is no longer what Generate() left there.
  session.conversation.Forget();
  if (logits != nullptr) {
    std::memcpy(logits, given->data(), row * sizeof(float));
  }
  return FATHOM_OK;
}

constexpr fathom_session_options kSessionDefaults = {
    sizeof(fathom_session_options), 0};

fathom_code Open(const fathom_model* model, const fathom_session_options* given,
                 fathom_session** session) {
  if (session == nullptr) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                "session is null, expected a place for it");
  }
  *session = nullptr;
  std::shared_ptr<TextArtifact> text = FindModel(model);
  if (text == nullptr) return FATHOM_ERROR_ARGUMENT;
  fathom_session_options options = kSessionDefaults;
  const fathom_code code = ReadStruct("options", given, &options);
  if (code != FATHOM_OK) return code;
  if (options.reserved != 0) {
    return Fail(FATHOM_ERROR_ARGUMENT,
                absl::StrFormat("options.reserved is %d, expected 0",
                                options.reserved));
  }
  auto created = ArtifactTextModel::Create(std::move(text), /*slot_count=*/1);
  if (!created.ok()) return Fail(created.status());
  *session = Sessions().Add(std::make_shared<ApiSession>(*std::move(created)));
  return FATHOM_OK;
}

}  // namespace
}  // namespace fathom::rt

extern "C" {

using namespace fathom::rt;

fathom_code fathom_session_options_init(fathom_session_options* options,
                                        size_t struct_size) {
  return InitStruct("options", kSessionDefaults, options, struct_size);
}

fathom_code fathom_generation_options_init(fathom_generation_options* options,
                                           size_t struct_size) {
  return InitStruct("options", kGenerationDefaults, options, struct_size);
}

fathom_code fathom_session_open(fathom_model* model,
                                const fathom_session_options* options,
                                fathom_session** session) {
  return Guarded([&] { return Open(model, options, session); });
}

fathom_code fathom_session_close(fathom_session* session) {
  return Guarded([&] { return Close(session); });
}

fathom_code fathom_generate(fathom_session* session, const int32_t* prompt_ids,
                            size_t prompt_count,
                            const fathom_generation_options* options,
                            fathom_piece_callback callback, void* user,
                            fathom_result* result) {
  const fathom_code cleared = ClearResult(result);
  if (cleared != FATHOM_OK) return cleared;
  return InCall(session, [&](ApiSession& found) {
    fathom_code code = CheckArray("prompt_ids", prompt_ids, prompt_count, "id");
    if (code != FATHOM_OK) return code;
    const Wish wish = {options, callback, user, result};
    const auto settings = Settings(found, wish, &code);
    if (code != FATHOM_OK) return code;
    return Generate(found, {prompt_ids, prompt_ids + prompt_count}, *settings,
                    wish);
  });
}

fathom_code fathom_chat(fathom_session* session, const char* request,
                        size_t bytes, const fathom_generation_options* options,
                        fathom_piece_callback callback, void* user,
                        fathom_result* result) {
  const fathom_code cleared = ClearResult(result);
  if (cleared != FATHOM_OK) return cleared;
  return InCall(session, [&](ApiSession& found) {
    fathom_code code = CheckArray("request", request, bytes, "byte");
    if (code != FATHOM_OK) return code;
    const Wish wish = {options, callback, user, result};
    const auto settings = Settings(found, wish, &code);
    if (code != FATHOM_OK) return code;
    const absl::Status checked = CheckApiRequest({request, bytes});
    if (!checked.ok()) return Fail(checked);
    auto prompt_ids = found.model->EncodeRequest({request, bytes});
    if (!prompt_ids.ok()) return Fail(prompt_ids.status());
    return Generate(found, *std::move(prompt_ids), *settings, wish);
  });
}

fathom_code fathom_cancel(fathom_session* session) {
  return Guarded([&] {
    const std::shared_ptr<ApiSession> found = FindSession(session);
    if (found == nullptr) return FATHOM_ERROR_ARGUMENT;
    found->cancelled.store(true);
    return FATHOM_OK;
  });
}

fathom_code fathom_step(fathom_session* session, const int32_t* ids,
                        size_t count, int64_t position, fathom_role role,
                        float* logits, size_t capacity) {
  return InCall(session, [&](ApiSession& found) {
    const fathom_code code = CheckArray("ids", ids, count, "id");
    if (code != FATHOM_OK) return code;
    return Step(found, {ids, count}, position, role, logits, capacity);
  });
}

}  // extern "C"
