// Several requests at a time, in steps that they share: the scheduler.
//
// One single-threaded object without a clock, a socket or a device, so that a
// simulation can drive it through any order of events. The caller adds requests
// while there is a free slot, runs steps, and takes what is done:
//
//   while (there is more, or !batch.idle()) {
//     while (batch.free_slots() > 0 && there is more) batch.Add(...);
//     FATHOM_RETURN_IF_ERROR(batch.Step());
//     for (Batch::Request& request : batch.TakeDone()) ...
//   }
//
// What always holds:
//   1. A step has at most `step_tokens_max` tokens, and at least one.
//   2. Each request that generates has its one token in every step: a long
//      prompt delays the others by no more than one step's time.
//   3. What is left of a step goes to prompts, in the order they were added.
//      So every request goes on, whatever is added after it.
//   4. The ids of a request are those it gets alone: they depend on its own
//      settings, prompt and seed, and not on the others or their order.
//   5. A slot is released once, when its request is done.
#ifndef FATHOM_RUNTIME_SERVE_BATCH_H_
#define FATHOM_RUNTIME_SERVE_BATCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/serve/generation.h"
#include "runtime/serve/step_model.h"

namespace fathom::rt {

// Not thread-safe.
class Batch {
 public:
  struct Request {
    int64_t key = 0;  // the caller's
    std::unique_ptr<Generation> generation;
    // When done: OK, or why it ended before its own end.
    absl::Status status;
  };

  // Over slots 0 to `slot_count` - 1 of `model`, which has to outlive the batch
  // and is used by nobody else. InvalidArgument when there is no slot, or when
  // a step has fewer tokens than there are slots.
  static absl::StatusOr<Batch> Create(StepModel* model, int32_t slot_count,
                                      int64_t step_tokens_max);

  int32_t free_slots() const {
    return slot_count_ - static_cast<int32_t>(requests_.size());
  }
  // Nothing to step.
  bool idle() const { return requests_.empty(); }

  // Begins a request, from which nothing is cached. There must be a free slot.
  // `key` names it to the caller, and is of no other use here.
  void Add(int64_t key, std::unique_ptr<Generation> generation);

  // Runs one step; the batch must not be idle. A request whose logits or
  // settings are at fault is done with that error, and the others go on. An
  // error of the whole step is returned, and all requests are done with it.
  absl::Status Step();

  // Ends the request called `key`, if it is not done: it is done then, as
  // cancelled, without an error.
  void Cancel(int64_t key);
  void CancelAll();

  // Calls `visit` for each request that is not done, in the order they were
  // added; it may take its pieces, or cancel it.
  void Visit(absl::FunctionRef<void(int64_t key, Generation&)> visit);

  // The requests that are done since the last call, in the order they were
  // added where the same step ended them.
  std::vector<Request> TakeDone();

 private:
  struct Running {
    Request request;
    int32_t slot = 0;
  };

  Batch(StepModel* model, int32_t slot_count, int64_t step_tokens_max);

  // The tokens of the next step, with the index of each one's request.
  void Plan();
  // Moves what has ended to done_.
  void Sweep();

  StepModel* model_;
  int32_t slot_count_;
  int64_t step_tokens_max_;
  std::vector<Running> requests_;  // in the order they were added
  std::vector<int32_t> free_;      // slots, dealt from the back
  std::vector<Request> done_;

  // Of the step under way, kept between calls for their memory.
  std::vector<SlotTokens> runs_;
  std::vector<size_t> run_requests_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_SERVE_BATCH_H_
