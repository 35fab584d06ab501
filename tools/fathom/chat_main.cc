#include "runtime/serve/artifact_text_model.h"
#include "tools/fathom/chat_command.h"

int main(int argc, char** argv) {
  return fathom::rt::ChatCommand(argc, argv,
                                 fathom::rt::ArtifactTextModel::Load);
}
