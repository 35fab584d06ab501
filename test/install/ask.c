/* Asks a model one question through the C API:
 *   cc ask.c $(pkg-config --cflags --libs fathom) -o ask
 *   ./ask NAME.fathom '{"messages": [{"role": "user", "content": "Hi"}]}' */
#include <fathom/fathom.h>
#include <stdio.h>
#include <string.h>

static int show(const fathom_piece* piece, void* user) {
  (void)user;
  fwrite(piece->text, 1, piece->bytes, stdout);
  return fflush(stdout);
}

int main(int argc, char** argv) {
  fathom_model* model = NULL;
  fathom_session* session = NULL;
  if (argc != 3) {
    fprintf(stderr, "usage: ask NAME.fathom REQUEST\n");
    return 2;
  }
  if (fathom_model_open(argv[1], NULL, &model) != FATHOM_OK ||
      fathom_session_open(model, NULL, &session) != FATHOM_OK ||
      fathom_chat(session, argv[2], strlen(argv[2]), NULL, show, NULL, NULL) !=
          FATHOM_OK) {
    fprintf(stderr, "ask: %s\n", fathom_error_message());
    return 1;
  }
  fathom_session_close(session);
  fathom_model_close(model);
  return 0;
}
