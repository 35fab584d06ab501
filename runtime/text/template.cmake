# The chat template: its compiler, its program and its rendering.
list(APPEND FATHOM_RT_TEXT_SRCS
  chat_templates.cc
  final_message.cc
  request_arguments.cc
  template_access.cc
  template_builtins.cc
  template_bytes.cc
  template_compiler.cc
  template_expressions.cc
  template_filters.cc
  template_folder.cc
  template_json.cc
  template_lexer.cc
  template_methods.cc
  template_operators.cc
  template_print.cc
  template_render.cc
  template_request.cc
  template_tests.cc
  template_text.cc
  template_unicode.cc
  template_value.cc
  template_verify.cc)
list(APPEND FATHOM_RT_TEXT_DEPS
  absl::flat_hash_map absl::span absl::strings absl::str_format simdjson utf8proc)
list(APPEND FATHOM_RT_TEXT_TESTS
  chat_request_test template_folder_test template_test template_snippets_test)
list(APPEND FATHOM_RT_TEXT_FUZZ template_fuzz)
