# The front command: knows the verbs, links none of them.
fathom_add_program(fathom SRCS main.cc output.cc verbs.cc DEPS fathom_rt_base)
target_compile_definitions(fathom PRIVATE FATHOM_VERSION="${PROJECT_VERSION}")

fathom_add_unit_test(verbs_test SRCS verbs_test.cc verbs.cc DEPS fathom_rt_base)
