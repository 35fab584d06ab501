// Entries from lines of a pipe or file, or of a terminal without an editor.
#ifndef FATHOM_TOOLS_FATHOM_PLAIN_INPUT_H_
#define FATHOM_TOOLS_FATHOM_PLAIN_INPUT_H_

#include <memory>
#include <string>

#include "tools/fathom/chat_entry.h"
#include "tools/fathom/output.h"
#include "tools/terminal/signal_inbox.h"

namespace fathom::rt {

// Reads lines from descriptor `input`. Where `prompts` is not null they are
// asked for there. The input is an error when an entry has more than
// kEntryBytesMax bytes. `signals` is to catch SIGINT; it and `prompts` must
// outlive the result.
std::unique_ptr<ChatInput> MakePlainInput(int input, SignalInbox* signals,
                                          Output* prompts);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_PLAIN_INPUT_H_
