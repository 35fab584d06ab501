// Defaults of the sanitizers for all programs; the environment's variables,
// such as ASAN_OPTIONS, come after these.

// LLVM's allocators mark memory that they have not given out as poisoned, in
// headers: half in code of ours that is instrumented, half in libraries of
// Debian that are not. The halves do not agree.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0:detect_stack_use_after_return=1";
}

extern "C" const char *__ubsan_default_options() {
  return "print_stacktrace=1";
}

extern "C" const char *__tsan_default_options() {
  return "halt_on_error=1:second_deadlock_stack=1";
}
