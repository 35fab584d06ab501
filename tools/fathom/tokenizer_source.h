// Where `fathom tokenize` takes a tokenizer from.
#ifndef FATHOM_TOOLS_FATHOM_TOKENIZER_SOURCE_H_
#define FATHOM_TOOLS_FATHOM_TOKENIZER_SOURCE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/text/tokenizer.h"

namespace fathom::rt {

// Of an artifact (a folder with a manifest.bin) its tables; of another folder
// its tokenizer.json and the files beside it that name special tokens, compiled
// in memory.
absl::StatusOr<std::unique_ptr<Tokenizer>> TokenizerOf(
    const std::string& folder);

}  // namespace fathom::rt

#endif  // FATHOM_TOOLS_FATHOM_TOKENIZER_SOURCE_H_
