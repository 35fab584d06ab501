# The tokenizer: the compiler of tokenizer.json, its tables, and what they do.
list(APPEND FATHOM_RT_TEXT_SRCS
  added_tokens.cc
  bpe.cc
  byte_alphabet.cc
  nfc.cc
  pattern_cost.cc
  pattern_syntax.cc
  pre_tokenizer.cc
  split_pattern.cc
  special_tokens.cc
  tokenizer.cc
  tokenizer_class.cc
  tokenizer_compiler.cc
  tokenizer_folder.cc
  tokenizer_load.cc
  tokenizer_model.cc
  tokenizer_special_tokens.cc
  tokenizer_steps.cc
  unicode_classes.cc
  utf8_pieces.cc)
list(APPEND FATHOM_RT_TEXT_DEPS
  absl::flat_hash_map absl::span absl::strings absl::str_format fathom_rt_io fathom_rt_schema
  pcre2-8 simdjson utf8proc)
list(APPEND FATHOM_RT_TEXT_TESTS
  bpe_test
  pattern_cost_test
  pattern_syntax_test
  special_tokens_test
  tokenizer_compiler_test
  tokenizer_test)
list(APPEND FATHOM_RT_TEXT_FUZZ tokenizer_fuzz)
