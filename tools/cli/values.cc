// See values.h.
#include "tools/cli/values.h"

#include "runtime/base/status.h"

namespace fathom {
namespace {

constexpr absl::string_view kEmitForms[] = {"model", "planned", "tiled",
                                            "llvm",  "asm",     "obj"};
constexpr absl::string_view kFromForms[] = {"model", "planned", "tiled",
                                            "llvm"};
constexpr absl::string_view kTargets[] = {"native", "avx2", "avx512",
                                          "avx512-bf16"};
constexpr absl::string_view kLevels[] = {"avx2", "avx512", "avx512-bf16"};
constexpr absl::string_view kOverflows[] = {"refuse", "drop-oldest"};
constexpr absl::string_view kPlacements[] = {"auto", "mapped", "huge"};
constexpr absl::string_view kWeightTypes[] = {"bf16", "f16", "f32"};

const Values kValues[] = {
    {"", ValueKind::kText, {}},
    {"--emit", ValueKind::kWords, kEmitForms},
    {"--from", ValueKind::kWords, kFromForms},
    {"--overflow", ValueKind::kWords, kOverflows},
    {"--target", ValueKind::kWords, kTargets},
    {"--weights", ValueKind::kWords, kWeightTypes},
    {"DIR", ValueKind::kFolder, {}},
    {"FILE", ValueKind::kFile, {}},
    {"LEVEL", ValueKind::kWords, kLevels},
    {"MODEL", ValueKind::kFile, {}},  // a folder, or a file in one
    {"NAME", ValueKind::kFile, {}},
    {"NAME.fathom", ValueKind::kFolder, {}},
    {"NAME.fathom|DIR", ValueKind::kFolder, {}},
    {"WHERE", ValueKind::kWords, kPlacements},
};

const Values* Find(absl::string_view name) {
  for (const Values& values : kValues) {
    if (values.name == name) return &values;
  }
  return nullptr;
}

}  // namespace

const Values& ValuesOf(const PageEntry& entry) {
  for (const std::string& name : entry.names) {
    if (const Values* values = Find(name)) return *values;
  }
  const Values* values = Find(entry.value);
  return values != nullptr ? *values : kValues[0];
}

const Values& ValuesNamed(absl::string_view name) {
  const Values* values = Find(name);
  FATHOM_CHECK(values != nullptr);
  return *values;
}

}  // namespace fathom
