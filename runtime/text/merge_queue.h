// A priority queue of (rank, position), smallest first, that is fast for what
// byte pair encoding does: few ranks, positions mostly in ascending order.
#ifndef FATHOM_RUNTIME_TEXT_MERGE_QUEUE_H_
#define FATHOM_RUNTIME_TEXT_MERGE_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace fathom::rt {

// Each rank has a line of ascending positions; a position that comes too late
// for it goes to the rank's heap. So a run of one letter costs constant time a
// pair, and anything else a logarithm.
class MergeQueue {
 public:
  void Push(uint32_t rank, uint32_t position) {
    auto [entry, is_new] =
        lanes_by_rank_.try_emplace(rank, static_cast<uint32_t>(lanes_.size()));
    if (is_new) lanes_.emplace_back();
    Lane& lane = lanes_[entry->second];
    if (lane.empty()) {
      lane.line.clear();
      lane.head = 0;
      if (!lane.is_waiting) ranks_.push({rank, entry->second});
      lane.is_waiting = true;
    }
    if (lane.line.empty() || lane.line.back() <= position) {
      lane.line.push_back(position);
    } else {
      lane.late.push(position);
    }
  }

  // False when the queue is empty.
  bool Pop(uint32_t* rank, uint32_t* position) {
    while (!ranks_.empty()) {
      const auto [first, index] = ranks_.top();
      Lane& lane = lanes_[index];
      if (lane.empty()) {
        lane.is_waiting = false;
        ranks_.pop();
        continue;
      }
      *rank = first;
      const bool takes_line =
          lane.late.empty() || (lane.head < lane.line.size() &&
                                lane.line[lane.head] <= lane.late.top());
      if (takes_line) {
        *position = lane.line[lane.head++];
      } else {
        *position = lane.late.top();
        lane.late.pop();
      }
      return true;
    }
    return false;
  }

 private:
  struct Lane {
    std::vector<uint32_t> line;
    size_t head = 0;
    std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<uint32_t>>
        late;
    bool is_waiting = false;  // has an entry in ranks_

    bool empty() const { return head == line.size() && late.empty(); }
  };
  using RankAndLane = std::pair<uint32_t, uint32_t>;

  std::vector<Lane> lanes_;
  absl::flat_hash_map<uint32_t, uint32_t> lanes_by_rank_;
  std::priority_queue<RankAndLane, std::vector<RankAndLane>,
                      std::greater<RankAndLane>>
      ranks_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_MERGE_QUEUE_H_
