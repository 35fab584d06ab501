#include "runtime/serve/artifact_text_model.h"
#include "tools/fathom/run_command.h"

int main(int argc, char** argv) {
  return fathom::rt::RunCommand(argc, argv,
                                fathom::rt::ArtifactTextModel::Load);
}
