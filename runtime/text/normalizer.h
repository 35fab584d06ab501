// What becomes of a text before it is cut into pieces.
#ifndef FATHOM_RUNTIME_TEXT_NORMALIZER_H_
#define FATHOM_RUNTIME_TEXT_NORMALIZER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/text/normal_form.h"
#include "runtime/text/split_pattern.h"
#include "runtime/text/tracked_text.h"

namespace fathom::rt {

// One step. Steps are immutable, and any thread may apply them.
class NormalizerStep {
 public:
  virtual ~NormalizerStep() = default;
  // The text that `text` becomes. InvalidArgument when a pattern takes too long
  // or the text grows too much.
  virtual absl::StatusOr<TrackedText> Apply(const TrackedText& text,
                                            SplitScratch* scratch) const = 0;
};

std::unique_ptr<NormalizerStep> MakeNormalFormStep(NormalForm form);
std::unique_ptr<NormalizerStep> MakeLowercase();
// Removes combining marks.
std::unique_ptr<NormalizerStep> MakeStripAccents();
// Removes white space at the ends.
std::unique_ptr<NormalizerStep> MakeStrip(bool left, bool right);
// Writes `content` for each match of a pattern, which is never empty, or of a
// text.
std::unique_ptr<NormalizerStep> MakeReplacePattern(SplitPattern pattern,
                                                   std::string content);
std::unique_ptr<NormalizerStep> MakeReplaceText(std::string text,
                                                std::string content);
// Writes `text` before one that is not empty.
std::unique_ptr<NormalizerStep> MakePrepend(std::string text);
// Sentencepiece's cleaning: control characters go, odd spaces become plain.
std::unique_ptr<NormalizerStep> MakeNmt();
// Bytes become the characters that stand for them (see byte_alphabet.h).
std::unique_ptr<NormalizerStep> MakeByteAlphabetStep();

// Steps in the order in which they are added.
class Normalizer {
 public:
  bool empty() const { return steps_.empty(); }
  void AddStep(std::unique_ptr<NormalizerStep> step) {
    steps_.push_back(std::move(step));
  }
  absl::StatusOr<TrackedText> Apply(TrackedText text,
                                    SplitScratch* scratch) const;

 private:
  std::vector<std::unique_ptr<NormalizerStep>> steps_;
};

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_NORMALIZER_H_
