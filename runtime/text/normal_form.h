// Unicode's normalization forms, as the `tokenizers` library computes them.
#ifndef FATHOM_RUNTIME_TEXT_NORMAL_FORM_H_
#define FATHOM_RUNTIME_TEXT_NORMAL_FORM_H_

#include "absl/status/statusor.h"
#include "runtime/text/tracked_text.h"

namespace fathom::rt {

struct NormalForm {
  bool composes;    // NFC and NFKC
  bool compatible;  // NFKC and NFKD
};

// `text` in that form. Where foreign bytes may have met others in one
// character, all of it counts as foreign. InvalidArgument: see
// TrackedTextBuilder.
absl::StatusOr<TrackedText> ToNormalForm(NormalForm form,
                                         const TrackedText& text);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_NORMAL_FORM_H_
