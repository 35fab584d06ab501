# What `run` and `chat` are made of; their programs stand in files of their own.
set(FATHOM_ASK_SRCS ask_options.cc output.cc)

set(FATHOM_RUN_SRCS answer_json.cc input_file.cc interrupts.cc line_source.cc
    run_command.cc run_lines.cc run_options.cc run_request.cc
    ${FATHOM_ASK_SRCS})
foreach(test line_source_test run_command_test run_lines_test)
  fathom_add_unit_test(${test}
    SRCS ${test}.cc ${FATHOM_RUN_SRCS}
    DEPS fathom_cli fathom_rt_serve)
endforeach()
set(FATHOM_CHAT_SRCS chat_command.cc chat_commands.cc chat_entry.cc chat_file.cc
    chat_file_commands.cc chat_printer.cc chat_session.cc chat_settings.cc
    chat_words.cc plain_input.cc terminal_input.cc text_editor.cc ${FATHOM_ASK_SRCS})
fathom_add_unit_test(chat_command_test
  SRCS chat_command_test.cc ${FATHOM_CHAT_SRCS}
  DEPS fathom_cli fathom_terminal fathom_rt_serve)
foreach(test chat_terminal_test chat_race_test)
  fathom_add_unit_test(${test}
    SRCS ${test}.cc ${FATHOM_CHAT_SRCS}
    DEPS fathom_cli fathom_terminal fathom_rt_serve util)
endforeach()

fathom_add_program(fathom-run
  SRCS run_main.cc ${FATHOM_RUN_SRCS}
  DEPS fathom_cli fathom_rt_serve)
fathom_add_program(fathom-chat
  SRCS chat_main.cc ${FATHOM_CHAT_SRCS}
  DEPS fathom_cli fathom_terminal fathom_rt_serve)

fathom_add_unit_test(chat_entry_test
  SRCS chat_entry_test.cc chat_entry.cc DEPS fathom_terminal)
fathom_add_unit_test(chat_file_test
  SRCS chat_file_test.cc chat_file.cc DEPS fathom_rt_serve)
fathom_add_fuzz_target(chat_file_fuzz
  SRCS chat_file_fuzz.cc chat_file.cc DEPS fathom_rt_serve)
