#include "tools/fathom/logits_command.h"

int main(int argc, char** argv) {
  return fathom::rt::LogitsCommand(argc, argv);
}
