// See session.h.
#include "runtime/model/session.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_format.h"
#include "runtime/base/checked.h"
#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

using fathom::schema::CacheClass;

// Whether a number among `values` is a NaN or an infinity. Without branches,
// so that the compiler makes vectors of it: it reads every logit.
bool HoldsNonFinite(absl::Span<const float> values) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t found = 0;
  for (const float& value : values) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    found |= (bits & kExponent) == kExponent ? 1u : 0u;
  }
  return found != 0;
}

absl::StatusOr<uint64_t> Product(uint64_t a, uint64_t b, const char* what) {
  if (auto product = CheckedMul(a, b)) return *product;
  return absl::ResourceExhaustedError(absl::StrFormat(
      "%d times %d bytes for %s are more than can be addressed", a, b, what));
}

}  // namespace

absl::StatusOr<absl::Span<const float>> StepResult::Row(int64_t row) const {
  FATHOM_CHECK(row >= 0 && row < row_count);
  if (!failures.empty()) FATHOM_RETURN_IF_ERROR(failures[row]);
  const size_t vocabulary = logits.size() / row_count;
  return logits.subspan(row * vocabulary, vocabulary);
}

absl::StatusOr<std::unique_ptr<Session>> Session::Create(
    const Artifact& artifact, ThreadPool& pool, const SessionOptions& options) {
  const auto& manifest = artifact.manifest();
  PageOptions page_options = {
      .slot_count = options.slot_count,
      .slot_tokens = options.slot_tokens,
      .shuffle_seed = options.shuffle_seed,
  };
  const int64_t context = manifest.model()->context_tokens();
  if (page_options.slot_tokens == 0) page_options.slot_tokens = context;
  if (page_options.slot_tokens > context) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "found sequences of %d tokens, expected at most the context's %d",
        page_options.slot_tokens, context));
  }
  std::vector<PageClass> classes;
  for (const CacheClass* cache : *manifest.caches()) {
    const int64_t page_tokens = cache->page_tokens();
    const int64_t pages = (page_options.slot_tokens + page_tokens - 1) /
                          page_tokens * options.slot_count;
    if (pages > kPagesMax) {
      return absl::ResourceExhaustedError(absl::StrFormat(
          "found %d cache pages, expected at most %d", pages, kPagesMax));
    }
    classes.push_back(
        {static_cast<int32_t>(page_tokens), static_cast<int32_t>(pages)});
  }
  FATHOM_ASSIGN_OR_RETURN(PageAllocator pages,
                          PageAllocator::Create(classes, page_options));
  auto session =
      std::unique_ptr<Session>(new Session(artifact, pool, std::move(pages)));
  session->gives_hidden_ = options.hidden;
  FATHOM_RETURN_IF_ERROR(session->Allocate(options.slot_count));
  return session;
}

absl::Status Session::Allocate(int32_t slot_count) {
  const auto& manifest = artifact_.manifest();
  token_counts_.assign(slot_count, 0);
  spoiled_.assign(slot_count, false);
  for (uint32_t i = 0; i < manifest.caches()->size(); ++i) {
    // Memory is taken as pages are written: the sum is an address space.
    const CacheClass& cache = *manifest.caches()->Get(i);
    const int64_t pages = pages_.FreePages(i);
    FATHOM_ASSIGN_OR_RETURN(
        const uint64_t bytes,
        Product(cache.page_stride_bytes(), pages, "the cache"));
    FATHOM_ASSIGN_OR_RETURN(OwnedMapping memory,
                            OwnedMapping::Zeroed(bytes, "the cache"));
    cache_pointers_.push_back(memory.data());
    page_tables_.push_back(pages_.Table(i).data());
    caches_.push_back(std::move(memory));
  }
  FATHOM_ASSIGN_OR_RETURN(uint64_t bytes,
                          Product(manifest.arena_thread_bytes(),
                                  pool_.thread_count(), "the arena"));
  if (__builtin_add_overflow(bytes, manifest.arena_shared_bytes(), &bytes)) {
    bytes = UINT64_MAX;
  }
  FATHOM_ASSIGN_OR_RETURN(arena_, OwnedMapping::Zeroed(bytes, "the arena"));
  return absl::OkStatus();
}

int64_t Session::step_tokens_max() const {
  return artifact_.manifest().model()->step_tokens_max();
}

absl::Status Session::Check(absl::Span<const SequenceTokens> runs) const {
  const int64_t vocabulary = artifact_.manifest().model()->vocabulary_size();
  int64_t tokens = 0;
  for (const SequenceTokens& run : runs) {
    FATHOM_CHECK(run.slot >= 0 &&
                 run.slot < static_cast<int32_t>(token_counts_.size()));
    FATHOM_CHECK(!run.ids.empty());
    tokens += static_cast<int64_t>(run.ids.size());
    for (int32_t id : run.ids) {
      if (id >= 0 && id < vocabulary) continue;
      return absl::InvalidArgumentError(absl::StrFormat(
          "found the token id %d, expected 0 to %d", id, vocabulary - 1));
    }
    // A run of this sequence may stand before this one in the step.
    int64_t stepped = token_counts_[run.slot];
    for (const SequenceTokens& other : runs) {
      if (&other == &run) break;
      if (other.slot != run.slot) continue;
      FATHOM_CHECK(other.role != run.role);
      stepped = other.first_position + static_cast<int64_t>(other.ids.size());
    }
    if (run.first_position < 0 || run.first_position > stepped) {
      return absl::OutOfRangeError(
          absl::StrFormat("found a token for position %d, expected at most %d, "
                          "where the sequence ends",
                          run.first_position, stepped));
    }
    const int64_t last = run.first_position +
                         static_cast<int64_t>(run.ids.size()) - 1 +
                         run.rotary_shift;
    if (run.rotary_shift < 0 || last > INT32_MAX) {
      return absl::OutOfRangeError(absl::StrFormat(
          "found position %d, expected 0 to %d", last, INT32_MAX));
    }
  }
  if (tokens >= 1 && tokens <= step_tokens_max()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("found a step of %d tokens, expected 1 to %d", tokens,
                      step_tokens_max()));
}

absl::Status Session::Reserve(absl::Span<const SequenceTokens> runs) {
  for (const SequenceTokens& run : runs) {
    FATHOM_RETURN_IF_ERROR(pages_.Reserve(
        run.slot, run.first_position + static_cast<int64_t>(run.ids.size())));
  }
  ClearSpoiledPages();
  return absl::OkStatus();
}

void Session::ClearSpoiledPages() {
  for (size_t i = 0; i < caches_.size(); ++i) {
    const uint64_t stride =
        artifact_.manifest().caches()->Get(i)->page_stride_bytes();
    for (int32_t page : pages_.TakePagesToClear(static_cast<int32_t>(i))) {
      std::memset(caches_[i].data() + static_cast<uint64_t>(page) * stride, 0,
                  stride);
    }
  }
}

void Session::Fill(absl::Span<const SequenceTokens> runs) {
  ids_.clear();
  positions_.clear();
  slots_.clear();
  logit_tokens_.clear();
  runs_.clear();
  for (const SequenceTokens& run : runs) {
    const auto first_token = static_cast<int32_t>(ids_.size());
    const auto count = static_cast<int32_t>(run.ids.size());
    runs_.push_back({.slot = run.slot,
                     .first_token = first_token,
                     .token_count = count,
                     .first_position = static_cast<int32_t>(run.first_position),
                     .role = run.role,
                     .reserved = 0});
    for (int32_t i = 0; i < count; ++i) {
      ids_.push_back(run.ids[i]);
      positions_.push_back(
          static_cast<int32_t>(run.first_position + run.rotary_shift + i));
      slots_.push_back(run.slot);
      if (run.logits == Wanted::kAll ||
          (run.logits == Wanted::kLast && i + 1 == count)) {
        logit_tokens_.push_back(first_token + i);
      }
    }
  }
}

absl::Status Session::Grow(OwnedMapping& mapping, uint64_t items,
                           const char* what) {
  FATHOM_ASSIGN_OR_RETURN(const uint64_t bytes, Product(items, 4, what));
  if (bytes <= mapping.bytes()) return absl::OkStatus();
  mapping = OwnedMapping();
  FATHOM_ASSIGN_OR_RETURN(mapping, OwnedMapping::Zeroed(bytes, what));
  return absl::OkStatus();
}

FathomStep Session::Context() {
  FathomStep context = {};
  context.struct_bytes = sizeof context;
  context.abi_version = FATHOM_ABI_VERSION;
  context.thread_count = pool_.step_thread_count();
  context.token_count = static_cast<uint32_t>(ids_.size());
  context.run_count = static_cast<uint32_t>(runs_.size());
  context.logit_count = static_cast<uint32_t>(logit_tokens_.size());
  context.token_ids = ids_.data();
  context.positions = positions_.data();
  context.slots = slots_.data();
  context.runs = runs_.data();
  context.logit_tokens = logit_tokens_.data();
  context.logits = reinterpret_cast<float*>(logits_.data());
  context.experts = reinterpret_cast<int32_t*>(experts_.data());
  context.page_tables = page_tables_.data();
  context.caches = cache_pointers_.data();
  context.pages_per_slot = static_cast<uint64_t>(pages_.pages_per_slot());
  context.layers = artifact_.weights().layers();
  context.globals = artifact_.weights().globals();
  context.arena = arena_.data();
  context.barrier = &barrier_;
  context.park = pool_.park();
  return context;
}

void Session::CheckRows(StepResult& result) {
  for (int64_t row = 0; row < result.row_count; ++row) {
    auto logits = result.Row(row);
    if (!logits.ok() || !HoldsNonFinite(*logits)) continue;
    const int32_t token = logit_tokens_[row];
    result.failures.resize(result.row_count);
    result.failures[row] = absl::DataLossError(absl::StrFormat(
        "numerical error at step %d: found a NaN or an infinity among the "
        "logits after position %d, expected finite numbers",
        step_count_, positions_[token]));
    spoiled_[slots_[token]] = true;
  }
}

absl::StatusOr<StepResult> Session::Enter(FathomStepFunction step,
                                          uint32_t phases,
                                          uint64_t expert_layers,
                                          const float* hidden_in) {
  const auto& model = *artifact_.manifest().model();
  const uint64_t rows = logit_tokens_.size();
  const uint64_t logits = uint64_t{model.vocabulary_size()} * rows;
  FATHOM_RETURN_IF_ERROR(Grow(logits_, logits, "the logits"));
  const bool gives_hidden = gives_hidden_ && hidden_in == nullptr;
  const uint64_t hidden = uint64_t{model.hidden_size()} * rows;
  if (gives_hidden) {
    FATHOM_RETURN_IF_ERROR(Grow(hidden_, hidden, "the hidden rows"));
  }
  FATHOM_ASSIGN_OR_RETURN(const uint64_t experts,
                          Product(expert_layers * model.experts_per_token(),
                                  ids_.size(), "the experts' ids"));
  FATHOM_RETURN_IF_ERROR(Grow(experts_, experts, "the experts' ids"));

  FathomStep context = Context();
  context.hidden_in = hidden_in;
  if (gives_hidden) context.hidden = reinterpret_cast<float*>(hidden_.data());
  // The barrier counts in rounds of as many threads as this step has.
  barrier_ = 0;
  pool_.RunStep([&](uint32_t thread) { step(&context, thread, 0, phases); });

  ++step_count_;
  StepResult result;
  result.row_count = static_cast<int64_t>(rows);
  result.token_count = static_cast<int64_t>(ids_.size());
  result.logits = {context.logits, logits};
  if (gives_hidden) result.hidden = {context.hidden, hidden};
  result.experts = {context.experts, experts};
  CheckRows(result);
  return result;
}

absl::StatusOr<StepResult> Session::Step(
    absl::Span<const SequenceTokens> runs) {
  FATHOM_RETURN_IF_ERROR(Check(runs));
  FATHOM_RETURN_IF_ERROR(Reserve(runs));
  Fill(runs);
  const auto& manifest = artifact_.manifest();
  FATHOM_ASSIGN_OR_RETURN(
      const StepResult result,
      Enter(artifact_.step(), manifest.phases()->size(),
            manifest.model()->expert_layer_count(), nullptr));
  for (const SequenceTokens& run : runs) {
    token_counts_[run.slot] =
        run.first_position + static_cast<int64_t>(run.ids.size());
  }
  return result;
}

absl::StatusOr<StepResult> Session::PredictFurther(
    absl::Span<const SequenceTokens> runs, absl::Span<const float> hidden) {
  const auto& manifest = artifact_.manifest();
  if (artifact_.mtp_step() == nullptr) {
    return absl::InvalidArgumentError(
        "found no MTP layer in this artifact, expected one");
  }
  FATHOM_RETURN_IF_ERROR(Check(runs));
  for (const SequenceTokens& run : runs) {
    const int64_t end =
        run.first_position + static_cast<int64_t>(run.ids.size());
    if (end <= token_counts_[run.slot]) continue;
    return absl::OutOfRangeError(
        absl::StrFormat("found %d tokens of a sequence for the MTP layer, "
                        "expected at most the %d of the last step",
                        end, token_counts_[run.slot]));
  }
  Fill(runs);
  FATHOM_CHECK(hidden.size() ==
               uint64_t{manifest.model()->hidden_size()} * ids_.size());
  const uint64_t expert_layers = manifest.model()->experts_per_token() > 0
                                     ? manifest.model()->mtp_layer_count()
                                     : 0;
  return Enter(artifact_.mtp_step(), manifest.mtp_phases()->size(),
               expert_layers, hidden.data());
}

void Session::Release(int32_t slot) {
  pages_.Release(slot, spoiled_[slot]);
  spoiled_[slot] = false;
  token_counts_[slot] = 0;
}

}  // namespace fathom::rt
