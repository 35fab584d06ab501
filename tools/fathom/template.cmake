fathom_add_program(fathom-template
  SRCS template_main.cc template_source.cc manifest_source.cc
       command_line.cc json_lines.cc output.cc
  DEPS fathom_rt_serve)
