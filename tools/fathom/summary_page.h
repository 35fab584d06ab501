// An artifact at a glance.
#ifndef FATHOM_TOOLS_FATHOM_SUMMARY_PAGE_H_
#define FATHOM_TOOLS_FATHOM_SUMMARY_PAGE_H_

#include <string>

#include "runtime/device/cpu_features.h"
#include "runtime/schema/manifest_generated.h"

namespace fathom::rt {

// What a person wants to know of `manifest` before using the artifact, on a
// machine that has `features`: a name and a text a line, in lines of at most
// `width` columns. For readers only: words and order may change.
std::string SummaryPage(const fathom::schema::Manifest& manifest,
                        const CpuFeatures& features, int width);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_SUMMARY_PAGE_H_
