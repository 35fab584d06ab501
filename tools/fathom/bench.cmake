set(FATHOM_BENCH_SRCS bench_beside.cc bench_command.cc bench_figures.cc
    bench_probes.cc bench_samples.cc bench_subject.cc outline.cc ask_options.cc output.cc)

fathom_add_program(fathom-bench
  SRCS bench_main.cc ${FATHOM_BENCH_SRCS}
  DEPS fathom_cli fathom_rt_serve)
fathom_add_unit_test(bench_command_test
  SRCS bench_command_test.cc ${FATHOM_BENCH_SRCS}
  DEPS fathom_cli fathom_rt_serve fathom_rt_testing)
fathom_add_unit_test(bench_beside_test
  SRCS bench_beside_test.cc ${FATHOM_BENCH_SRCS}
  DEPS fathom_cli fathom_rt_serve fathom_rt_testing)
fathom_add_unit_test(bench_samples_test
  SRCS bench_samples_test.cc bench_samples.cc
  DEPS fathom_rt_base)

# What tools/measure holds the probes to; beside no program that ships.
fathom_add_program(compare-probes
  SRCS compare_probes.cc yardsticks.cc bench_probes.cc bench_samples.cc
  DEPS fathom_rt_serve)
set_source_files_properties(yardsticks.cc PROPERTIES COMPILE_OPTIONS -O3)
set_target_properties(compare-probes PROPERTIES
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/testing)
