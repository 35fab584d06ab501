fathom_add_program(fathom-template
  SRCS template_main.cc template_source.cc manifest_source.cc input_file.cc
       json_lines.cc
       output.cc
  DEPS fathom_cli fathom_rt_serve)
