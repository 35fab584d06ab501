# How targets are declared, and who may depend on whom.
#
#   fathom_add_runtime_library(fathom_rt_io SRCS a.cc DEPS fathom_rt_base)
#   fathom_add_program(fathom SRCS main.cc DEPS fathom_verbs)
#   fathom_add_unit_test(safetensors_test SRCS safetensors_test.cc DEPS ...)
#   fathom_add_fuzz_target(safetensors_fuzz SRCS ... DEPS ...)

find_package(absl REQUIRED)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# What a library of the runtime may link, besides fathom_rt_*.
set(FATHOM_RUNTIME_ALLOWED "^(fathom_rt_.*|absl::.*|Threads::Threads|dl|crypto|xxhash|flatbuffers|pcre2-8|utf8proc|simdjson|CLI11::CLI11)$")

# Downwards only: each library may link those before it.
set(FATHOM_RUNTIME_ORDER fathom_rt_abi fathom_rt_schema fathom_rt_base
    fathom_rt_io fathom_rt_text fathom_rt_device fathom_rt_model
    fathom_rt_serve)

function(fathom_add_runtime_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  list(FIND FATHOM_RUNTIME_ORDER ${name} own_rank)
  if(own_rank EQUAL -1)
    message(FATAL_ERROR "'${name}' is not in FATHOM_RUNTIME_ORDER")
  endif()
  foreach(dep IN LISTS ARG_DEPS)
    if(NOT dep MATCHES "${FATHOM_RUNTIME_ALLOWED}")
      message(FATAL_ERROR "the runtime library '${name}' may not link '${dep}'")
    endif()
    list(FIND FATHOM_RUNTIME_ORDER ${dep} rank)
    if(NOT rank EQUAL -1 AND NOT rank LESS own_rank)
      message(FATAL_ERROR "'${name}' may not link '${dep}': libraries of the "
                          "runtime depend downwards only")
    endif()
  endforeach()
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS})
    # So that a program keeps the functions that it calls and no other.
    target_compile_options(${name} PRIVATE -ffunction-sections -fdata-sections)
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS})
    if(FATHOM_FUZZ)  # or libFuzzer sees nothing of the library
      target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

function(fathom_add_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  # What stands here reads options and prints: small counts, fast does not.
  target_compile_options(${name} PRIVATE
      $<$<CONFIG:Release>:-Os> -ffunction-sections -fdata-sections)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  target_link_options(${name} PRIVATE -Wl,--gc-sections -Wl,--as-needed)
  if(NOT FATHOM_SANITIZE)  # whose libraries lld warns about
    target_link_options(${name} PRIVATE -Wl,--icf=safe)
  endif()
endfunction()

add_custom_target(fathom-unit-tests)

function(fathom_add_unit_test name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_compile_definitions(${name} PRIVATE
      FATHOM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/unit)
  add_test(NAME ${name} COMMAND ${name})
  add_dependencies(fathom-unit-tests ${name})
endfunction()

function(fathom_add_fuzz_target name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(NOT FATHOM_FUZZ)
    return()
  endif()
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
endfunction()
