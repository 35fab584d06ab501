fathom_add_program(fathom-tokenize
  SRCS tokenize_main.cc tokenizer_source.cc manifest_source.cc output.cc
  DEPS fathom_rt_model fathom_rt_text)
