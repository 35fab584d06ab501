// fathom bench: an artifact's speed beside the machine's limits.
#ifndef FATHOM_TOOLS_FATHOM_BENCH_COMMAND_H_
#define FATHOM_TOOLS_FATHOM_BENCH_COMMAND_H_

namespace fathom::rt {

// The program; returns its exit code.
int BenchCommand(int argc, const char* const* argv);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_BENCH_COMMAND_H_
