// What the parts of the tables' loader share.
#ifndef FATHOM_RUNTIME_TEXT_TOKENIZER_LOAD_H_
#define FATHOM_RUNTIME_TEXT_TOKENIZER_LOAD_H_

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "runtime/schema/tokenizer_generated.h"
#include "runtime/text/tokenizer_parts.h"

namespace fathom::rt {

// The error that says what tables hold.
template <typename... Args>
absl::Status BadTables(const absl::FormatSpec<Args...>& format,
                       const Args&... args) {
  return absl::InvalidArgumentError("tokenizer tables: " +
                                    absl::StrFormat(format, args...));
}

// A text that may be missing: then it is empty.
inline absl::string_view TextOf(const flatbuffers::String* text) {
  if (text == nullptr) return "";
  return absl::string_view(text->c_str(), text->size());
}

// The steps that `tables` describe. InvalidArgument says what cannot be.
absl::Status LoadNormalizer(const fathom::schema::TokenizerTables& tables,
                            Normalizer* normalizer);
absl::Status LoadPreTokenizer(const fathom::schema::TokenizerTables& tables,
                              PreTokenizer* pre_tokenizer);
absl::Status LoadDecoder(const fathom::schema::TokenizerTables& tables,
                         TokenizerParts* parts);

}  // namespace fathom::rt

#endif  // FATHOM_RUNTIME_TEXT_TOKENIZER_LOAD_H_
