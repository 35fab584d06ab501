set(FATHOM_BENCH_SRCS bench_command.cc bench_figures.cc bench_probes.cc
    bench_samples.cc outline.cc ask_options.cc command_line.cc output.cc)

fathom_add_program(fathom-bench
  SRCS bench_main.cc ${FATHOM_BENCH_SRCS}
  DEPS fathom_rt_serve)
fathom_add_unit_test(bench_command_test
  SRCS bench_command_test.cc ${FATHOM_BENCH_SRCS}
  DEPS fathom_rt_serve fathom_rt_testing)
fathom_add_unit_test(bench_samples_test
  SRCS bench_samples_test.cc bench_samples.cc
  DEPS fathom_rt_base)
