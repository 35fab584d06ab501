# After ask.cmake, whose list of sources it shares.
set(FATHOM_LOGITS_SRCS logits_command.cc neighbours.cc ${FATHOM_ASK_SRCS})

fathom_add_program(fathom-logits
  SRCS logits_main.cc ${FATHOM_LOGITS_SRCS}
  DEPS fathom_cli fathom_rt_serve)
fathom_add_unit_test(logits_command_test
  SRCS logits_command_test.cc ${FATHOM_LOGITS_SRCS}
  DEPS fathom_cli fathom_rt_serve fathom_rt_testing)
