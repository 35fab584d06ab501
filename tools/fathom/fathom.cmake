# The front command: knows the verbs, links none of them.
fathom_add_program(fathom SRCS main.cc DEPS fathom_cli)
