# What `run` and `chat` are made of; their programs stand in files of their own.
set(FATHOM_ASK_SRCS ask_options.cc output.cc)

fathom_add_unit_test(run_command_test
  SRCS run_command_test.cc run_command.cc ${FATHOM_ASK_SRCS}
  DEPS fathom_cli fathom_rt_serve)
set(FATHOM_CHAT_SRCS chat_command.cc chat_session.cc line_reader.cc
    ${FATHOM_ASK_SRCS})
fathom_add_unit_test(chat_command_test
  SRCS chat_command_test.cc ${FATHOM_CHAT_SRCS}
  DEPS fathom_cli fathom_rt_serve edit)
fathom_add_unit_test(chat_terminal_test
  SRCS chat_terminal_test.cc ${FATHOM_CHAT_SRCS}
  DEPS fathom_cli fathom_rt_serve edit util)

fathom_add_program(fathom-run
  SRCS run_main.cc run_command.cc ${FATHOM_ASK_SRCS}
  DEPS fathom_cli fathom_rt_serve)
fathom_add_program(fathom-chat
  SRCS chat_main.cc ${FATHOM_CHAT_SRCS}
  DEPS fathom_cli fathom_rt_serve edit)
