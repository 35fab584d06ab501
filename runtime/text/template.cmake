# The chat template: its compiler, its program and its rendering.
list(APPEND FATHOM_RT_TEXT_SRCS
  chat_templates.cc
  content_parts.cc
  final_message.cc
  request_arguments.cc
  template/access.cc
  template/braces.cc
  template/builtins.cc
  template/bytes.cc
  template/compare.cc
  template/compiler.cc
  template/dump.cc
  template/expressions.cc
  template/filters_html.cc
  template/filters_numbers.cc
  template/filters_selection.cc
  template/filters_sequences.cc
  template/filters_text.cc
  template/format.cc
  template/functions.cc
  template/integer.cc
  template/iterate.cc
  template/json.cc
  template/lexer.cc
  template/machine.cc
  template/markup.cc
  template/methods_containers.cc
  template/methods_numbers.cc
  template/methods_predicates.cc
  template/methods_text.cc
  template/number_text.cc
  template/operators.cc
  template/parser.cc
  template/parser_expressions.cc
  template/percent.cc
  template/pretty.cc
  template/print.cc
  template/render.cc
  template/statements.cc
  template/symbols.cc
  template/tests.cc
  template/text.cc
  template_unicode.cc
  template/urlize.cc
  template/value.cc
  template/verify.cc
  template/wrap.cc
  template_folder.cc
  template_request.cc)
list(APPEND FATHOM_RT_TEXT_DEPS
  absl::flat_hash_map absl::flat_hash_set absl::function_ref absl::span
  absl::strings absl::str_format simdjson utf8proc)
list(APPEND FATHOM_RT_TEXT_TESTS
  chat_request_test content_parts_test template_folder_test template_test
  template_snippets_test)
list(APPEND FATHOM_RT_TEXT_FUZZ
  chat_request_fuzz template_folder_fuzz template_fuzz)

# A prompt is rendered once and then computed for seconds: here small counts,
# for each program that chats holds all of it.
file(GLOB template_sources RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
     ${CMAKE_CURRENT_SOURCE_DIR}/template/*.cc)
set_source_files_properties(${template_sources} PROPERTIES
  COMPILE_OPTIONS $<$<CONFIG:Release>:-Os>)
