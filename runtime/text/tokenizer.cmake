# The tokenizer: the compiler of tokenizer.json, its tables, and what they do.
list(APPEND FATHOM_RT_TEXT_SRCS
  added_tokens.cc
  bpe.cc
  bpe_characters.cc
  byte_alphabet.cc
  code_point_set.cc
  decoder_rewrites.cc
  normal_form.cc
  normalizer.cc
  pattern_class.cc
  pattern_cursor.cc
  pattern_cost.cc
  pattern_properties.cc
  pattern_syntax.cc
  pre_tokenizer.cc
  pre_tokenizer_rewrites.cc
  side_tokens.cc
  split_pattern.cc
  special_tokens.cc
  token_decoder.cc
  tokenizer.cc
  tokenizer_class.cc
  tokenizer_compiler.cc
  tokenizer_decoders.cc
  tokenizer_folder.cc
  tokenizer_load.cc
  tokenizer_load_steps.cc
  tokenizer_model.cc
  tokenizer_normalizers.cc
  tokenizer_pre_tokenizers.cc
  tokenizer_step_reader.cc
  tokenizer_special_tokens.cc
  tokenizer_steps.cc
  tracked_text.cc
  unicode_classes.cc
  utf8_pieces.cc)
list(APPEND FATHOM_RT_TEXT_DEPS
  absl::flat_hash_map absl::span absl::strings absl::str_format fathom_rt_io fathom_rt_schema
  pcre2-8 simdjson utf8proc)
list(APPEND FATHOM_RT_TEXT_TESTS
  bpe_test
  normalizer_test
  pattern_class_test
  pattern_cost_test
  pattern_syntax_test
  pre_tokenizer_test
  special_tokens_test
  token_decoder_test
  tokenizer_compiler_test
  tokenizer_compiler_steps_test
  tokenizer_test)
list(APPEND FATHOM_RT_TEXT_FUZZ special_tokens_fuzz tokenizer_fuzz)
