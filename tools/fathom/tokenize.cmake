fathom_add_program(fathom-tokenize
  SRCS tokenize_main.cc tokenizer_source.cc manifest_source.cc
       input_file.cc json_lines.cc output.cc
  DEPS fathom_cli fathom_rt_model fathom_rt_text)
fathom_add_unit_test(text_source_test
  SRCS text_source_test.cc tokenizer_source.cc template_source.cc
       manifest_source.cc
  DEPS fathom_rt_serve fathom_rt_testing)
