set(FATHOM_INSPECT_SRCS inspect_command.cc describe_manifest.cc outline.cc
    summary_page.cc
    output.cc)

fathom_add_program(fathom-inspect
  SRCS inspect_main.cc ${FATHOM_INSPECT_SRCS}
  DEPS fathom_cli fathom_rt_model)
fathom_add_unit_test(inspect_command_test
  SRCS inspect_command_test.cc ${FATHOM_INSPECT_SRCS}
  DEPS fathom_cli fathom_rt_testing)
