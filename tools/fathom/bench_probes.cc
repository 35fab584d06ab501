// See bench_probes.h.
#include "tools/fathom/bench_probes.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "runtime/base/status.h"

namespace fathom::rt {
namespace {

constexpr uint64_t kPageBytes = 4096;
// Far more than any cache holds.
constexpr uint64_t kWindowBytes = uint64_t{1} << 30;
constexpr double kReadSecondsMin = 0.01;
constexpr double kDotSeconds = 0.05;
constexpr int kHugePageMeasurements = 7;

// From the first thread's start to the last one's end.
class Span {
 public:
  explicit Span(uint32_t threads) : begin_(threads), end_(threads) {}
  void Begin(uint32_t thread) { begin_[thread] = NowSeconds(); }
  void End(uint32_t thread) { end_[thread] = NowSeconds(); }
  double Seconds() const {
    return std::max(*std::max_element(end_.begin(), end_.end()) -
                        *std::min_element(begin_.begin(), begin_.end()),
                    1e-9);
  }

 private:
  std::vector<double> begin_, end_;
};

// What the probes return is used, so that nothing can leave them out.
volatile uint64_t kept;

}  // namespace

double NowSeconds() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

ReadBandwidth::ReadBandwidth(ThreadPool& pool, FathomReadProbe probe,
                             absl::string_view memory)
    : pool_(pool), probe_(probe), memory_(memory) {
  const uint64_t window = std::min<uint64_t>(memory.size(), kWindowBytes);
  share_bytes_ = window / pool.thread_count() / kPageBytes * kPageBytes;
  // Small weights lie in the caches, where a single pass is over too soon.
  while (share_bytes_ > 0 && repeats_ < (1 << 20)) {
    const double rate = Measure();
    const double seconds = static_cast<double>(share_bytes_) *
                           pool_.thread_count() *
                           static_cast<double>(repeats_) / rate;
    if (seconds >= kReadSecondsMin) break;
    repeats_ *= 2;
  }
}

double ReadBandwidth::Measure() {
  const uint64_t window = share_bytes_ * pool_.thread_count();
  if (window == 0) return 0;
  if (at_ + window > memory_.size()) at_ = 0;
  const char* data = memory_.data() + at_;
  at_ += window;
  Span span(pool_.thread_count());
  pool_.Run([&](uint32_t thread) {
    span.Begin(thread);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < repeats_; ++i) {
      sum += probe_(data + thread * share_bytes_, share_bytes_);
    }
    span.End(thread);
    if (sum == 1) kept = sum;
  });
  return static_cast<double>(window) * static_cast<double>(repeats_) /
         span.Seconds();
}

DotPeak::DotPeak(ThreadPool& pool, FathomDotProbe probe)
    : pool_(pool), probe_(probe) {
  double seconds = 0;
  for (; rounds_ < (uint64_t{1} << 40); rounds_ *= 2) {
    Run(rounds_, &seconds);
    if (seconds >= kDotSeconds / 2) break;
  }
  rounds_ = static_cast<uint64_t>(static_cast<double>(rounds_) * kDotSeconds /
                                  seconds);
}

double DotPeak::Run(uint64_t rounds, double* seconds) {
  Span span(pool_.thread_count());
  std::vector<uint64_t> operations(pool_.thread_count());
  pool_.Run([&](uint32_t thread) {
    alignas(64) float sink[64] = {};
    span.Begin(thread);
    operations[thread] = probe_(rounds, sink);
    span.End(thread);
    if (sink[0] == 1) kept = 1;
  });
  *seconds = span.Seconds();
  double sum = 0;
  for (uint64_t of_round : operations) {
    sum += static_cast<double>(of_round) * static_cast<double>(rounds);
  }
  return sum / *seconds;
}

double DotPeak::Measure() {
  double seconds = 0;
  return Run(rounds_, &seconds);
}

absl::StatusOr<OwnedMapping> FilledHugePages(ThreadPool& pool) {
  FATHOM_ASSIGN_OR_RETURN(
      OwnedMapping memory,
      OwnedMapping::Zeroed(kWindowBytes, "measuring huge pages"));
  const uint64_t share = kWindowBytes / pool.thread_count();
  pool.Run([&](uint32_t thread) {
    std::memset(memory.data() + thread * share, 1, share);
  });
  return memory;
}

absl::StatusOr<double> HugePageBandwidth(ThreadPool& pool,
                                         FathomReadProbe probe) {
  FATHOM_ASSIGN_OR_RETURN(const OwnedMapping memory, FilledHugePages(pool));
  ReadBandwidth bandwidth(pool, probe, {memory.data(), memory.bytes()});
  std::vector<double> rates;
  for (int i = 0; i < kHugePageMeasurements; ++i) {
    rates.push_back(bandwidth.Measure());
  }
  std::nth_element(rates.begin(), rates.begin() + kHugePageMeasurements / 2,
                   rates.end());
  return rates[kHugePageMeasurements / 2];
}

}  // namespace fathom::rt
