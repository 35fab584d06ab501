#include "tools/fathom/inspect_command.h"

int main(int argc, char** argv) {
  return fathom::rt::InspectCommand(argc, argv);
}
