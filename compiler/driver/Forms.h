//===- Forms.h - The named forms of a program -------------------*- C++ -*-===//
//
// The places at which a compilation can stop, and from which it can go on.
//
//===----------------------------------------------------------------------===//

#ifndef FATHOM_COMPILER_DRIVER_FORMS_H
#define FATHOM_COMPILER_DRIVER_FORMS_H

#include <optional>
#include <string>

namespace fathom {

/// In the order in which they are passed.
enum class Form { Model, Planned, Tiled, LLVM, Assembly, Object };

inline constexpr const char *kFormNames[] = {"model", "planned", "tiled",
                                             "llvm",  "asm",     "obj"};

inline const char *formName(Form form) {
  return kFormNames[static_cast<int>(form)];
}

inline std::optional<Form> parseForm(const std::string &name) {
  for (int i = 0; i < 6; ++i)
    if (name == kFormNames[i])
      return static_cast<Form>(i);
  return std::nullopt;
}

} // namespace fathom

#endif // FATHOM_COMPILER_DRIVER_FORMS_H
