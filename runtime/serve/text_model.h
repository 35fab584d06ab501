// What serving needs of a loaded artifact, so that all above it can be tested
// without one: text to ids and back, and one step.
#ifndef FATHOM_RUNTIME_SERVE_TEXT_MODEL_H_
#define FATHOM_RUNTIME_SERVE_TEXT_MODEL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/device/thread_pool.h"
#include "runtime/serve/generation.h"
#include "runtime/serve/step_model.h"

namespace fathom::rt {

// A message of a conversation; `content` is foreign text: whatever it holds, it
// never becomes a control token.
struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string content;
};

// The request, as EncodeRequest() takes it, for the message after `messages`,
// which are UTF-8.
std::string ChatRequestJson(absl::Span<const ChatMessage> messages);

struct TextModelFacts {
  std::string name;
  std::string level;      // the CPU level chosen
  std::string placement;  // how the weights were placed: "mapped", "huge"
  int32_t thread_count = 0;
  int32_t vocabulary_size = 0;
  int64_t context_tokens = 0;
  int64_t step_tokens_max = 1;
  int32_t slot_count = 1;  // sequences at a time
  int32_t think_open_id = -1;
  int32_t think_close_id = -1;
  std::vector<int32_t> eos_ids;
  std::vector<uint8_t> has_token;  // as Sampler::Create() takes it
  SamplingParams sampling;         // generation_config's
  int64_t max_tokens = -1;         // likewise; -1: it says nothing
  // Likewise, of prompt and output together, where nobody limits the output.
  int64_t max_length = -1;
};

class TextModel : public StepModel {
 public:
  virtual const TextModelFacts& facts() const = 0;

  // The prompt of a chat request: a JSON object that holds the arguments of
  // transformers' apply_chat_template (`messages`, `tools`, `documents`,
  // `add_generation_prompt`, `continue_final_message`, ...). The prompt asks
  // for the next message unless the request says otherwise by one of the two
  // last named. InvalidArgument when the request is at fault or the model has
  // no chat template.
  virtual absl::StatusOr<std::vector<int32_t>> EncodeRequest(
      absl::string_view request_json) = 0;

  // The prompt that asks for the next message of a conversation.
  absl::StatusOr<std::vector<int32_t>> EncodeChat(
      absl::Span<const ChatMessage> messages) {
    return EncodeRequest(ChatRequestJson(messages));
  }

  // `text` as the tokenizer encodes it, with BOS where it adds one.
  virtual absl::StatusOr<std::vector<int32_t>> EncodeRaw(
      absl::string_view text) = 0;

  virtual std::unique_ptr<TextDecoder> NewDecoder() = 0;
};

// How an artifact is to be loaded.
struct LoadOptions {
  std::string path;
  int32_t thread_count = 0;  // 0: as many as the machine has cores
  ThreadPolicy thread_policy = ThreadPolicy::kAdaptive;
  PoolCaller pool_caller = PoolCaller::kPinned;
  std::string placement = "auto";  // "auto", "mapped", "huge"
  std::string level;               // empty: the best this machine runs
  // How many sequences the model holds at a time, each as long as the context;
  // 0: as many as DefaultSlotCount() says.
  int32_t slot_count = 1;
};

using TextModelLoader =
    std::function<absl::StatusOr<std::unique_ptr<TextModel>>(
        const LoadOptions& options)>;

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_TEXT_MODEL_H_
