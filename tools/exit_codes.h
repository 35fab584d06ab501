// What programs end with where no status says it: see ExitCode in
// runtime/base/status.h.
#ifndef FATHOM_TOOLS_EXIT_CODES_H_
#define FATHOM_TOOLS_EXIT_CODES_H_

namespace fathom {

inline constexpr int kExitInput = 1;
inline constexpr int kExitCommandLine = 2;
inline constexpr int kExitMachine = 3;
inline constexpr int kExitInternal = 70;

} // namespace fathom

#endif // FATHOM_TOOLS_EXIT_CODES_H_
