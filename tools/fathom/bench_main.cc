#include "tools/fathom/bench_command.h"

int main(int argc, char** argv) { return fathom::rt::BenchCommand(argc, argv); }
