// See batch.h.
#include "runtime/serve/batch.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "runtime/base/status.h"

namespace fathom::rt {

absl::StatusOr<Batch> Batch::Create(StepModel* model, int32_t slot_count,
                                    int64_t step_tokens_max) {
  if (slot_count < 1) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "found %d sequences at a time, expected at least 1", slot_count));
  }
  if (slot_count > step_tokens_max) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "found %d sequences at a time, expected at most %d: a step has so many "
        "tokens, and each sequence needs one",
        slot_count, step_tokens_max));
  }
  return Batch(model, slot_count, step_tokens_max);
}

Batch::Batch(StepModel* model, int32_t slot_count, int64_t step_tokens_max)
    : model_(model),
      slot_count_(slot_count),
      step_tokens_max_(step_tokens_max) {
  for (int32_t slot = slot_count; slot > 0; --slot) free_.push_back(slot - 1);
}

void Batch::Add(int64_t key, std::unique_ptr<Generation> generation) {
  FATHOM_CHECK(!free_.empty() && generation->stepped_tokens() == 0);
  Running running;
  running.request.key = key;
  running.request.generation = std::move(generation);
  running.slot = free_.back();
  free_.pop_back();
  requests_.push_back(std::move(running));
}

void Batch::Plan() {
  runs_.clear();
  run_requests_.clear();
  int64_t left = step_tokens_max_;
  auto take = [&](size_t index) {
    Running& running = requests_[index];
    runs_.push_back({.slot = running.slot,
                     .tokens = running.request.generation->Next(left)});
    run_requests_.push_back(index);
    left -= static_cast<int64_t>(runs_.back().tokens.ids.size());
  };
  for (size_t i = 0; i < requests_.size(); ++i) {
    if (!requests_[i].request.generation->in_prompt()) take(i);
  }
  for (size_t i = 0; i < requests_.size() && left > 0; ++i) {
    if (requests_[i].request.generation->in_prompt()) take(i);
  }
}

absl::Status Batch::Step() {
  FATHOM_CHECK(!idle());
  Plan();
  const absl::StatusOr<std::vector<SlotLogits>> logits =
      model_->StepSlots(runs_);
  if (!logits.ok()) {
    for (Running& running : requests_) {
      running.request.status = logits.status();
      running.request.generation->Cancel();
    }
    Sweep();
    return logits.status();
  }
  FATHOM_CHECK(logits->size() == runs_.size());
  for (size_t i = 0; i < runs_.size(); ++i) {
    Request& request = requests_[run_requests_[i]].request;
    request.status = (*logits)[i].ok()
                         ? request.generation->Advance(*(*logits)[i])
                         : (*logits)[i].status();
    if (!request.status.ok()) request.generation->Cancel();
  }
  Sweep();
  return absl::OkStatus();
}

void Batch::Cancel(int64_t key) {
  for (Running& running : requests_) {
    if (running.request.key == key) running.request.generation->Cancel();
  }
  Sweep();
}

void Batch::CancelAll() {
  for (Running& running : requests_) running.request.generation->Cancel();
  Sweep();
}

void Batch::Visit(absl::FunctionRef<void(int64_t key, Generation&)> visit) {
  for (Running& running : requests_) {
    visit(running.request.key, *running.request.generation);
  }
  Sweep();
}

void Batch::Sweep() {
  size_t kept = 0;
  for (size_t i = 0; i < requests_.size(); ++i) {
    Running& running = requests_[i];
    if (running.request.generation->done()) {
      model_->Release(running.slot);
      free_.push_back(running.slot);
      done_.push_back(std::move(running.request));
    } else {
      if (kept != i) requests_[kept] = std::move(running);
      ++kept;
    }
  }
  requests_.resize(kept);
}

std::vector<Batch::Request> Batch::TakeDone() {
  return std::exchange(done_, {});
}

}  // namespace fathom::rt
