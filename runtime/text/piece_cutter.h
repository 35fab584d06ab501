// What becomes of the matches of a pattern and of what lies between them: the
// behaviours of the `tokenizers` library's pre-tokenizers.
#ifndef FATHOM_RUNTIME_TEXT_PIECE_CUTTER_H_
#define FATHOM_RUNTIME_TEXT_PIECE_CUTTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fathom::rt {

// Bytes of a text, which has fewer than 4 GiB (see kTrackedBytesMax).
struct Piece {
  uint32_t begin = 0;
  uint32_t end = 0;
};

enum class CutBehavior : uint8_t {
  kIsolated,            // a match is a piece
  kRemoved,             // it is dropped
  kMergedWithPrevious,  // it ends the piece before it
  kMergedWithNext,      // it begins the piece after it
  kContiguous,          // matches that follow each other are one piece
};

// Takes the parts of a text in turn and appends its pieces, none of them empty.
class PieceCutter {
 public:
  PieceCutter(CutBehavior behavior, std::vector<Piece>* pieces)
      : behavior_(behavior), pieces_(pieces) {}

  // The part [begin, end), which may be empty.
  void Add(size_t begin, size_t end, bool is_match) {
    if (behavior_ == CutBehavior::kIsolated) {
      Emit(begin, end);
    } else if (behavior_ == CutBehavior::kRemoved) {
      if (!is_match) Emit(begin, end);
    } else if (JoinsPending(is_match)) {
      pending_end_ = end;
      was_match_ = is_match;
    } else {
      Finish();
      has_pending_ = true;
      pending_begin_ = begin;
      pending_end_ = end;
      was_match_ = is_match;
    }
  }

  // To be called after the last part of a text.
  void Finish() {
    if (has_pending_) Emit(pending_begin_, pending_end_);
    has_pending_ = false;
    was_match_ = false;
  }

 private:
  bool JoinsPending(bool is_match) const {
    if (!has_pending_) return false;
    switch (behavior_) {
      case CutBehavior::kMergedWithPrevious: return is_match && !was_match_;
      case CutBehavior::kMergedWithNext: return !is_match && was_match_;
      default: return is_match == was_match_;
    }
  }

  void Emit(size_t begin, size_t end) {
    if (begin == end) return;
    pieces_->push_back(
        {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  CutBehavior behavior_;
  std::vector<Piece>* pieces_;
  bool has_pending_ = false;
  bool was_match_ = false;  // the last part that was taken
  size_t pending_begin_ = 0;
  size_t pending_end_ = 0;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_PIECE_CUTTER_H_
