# Compiler flags and the build type, for every target.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(FATHOM_CCACHE ccache)
if(FATHOM_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${FATHOM_CCACHE})
  # The second half makes precompiled headers cacheable.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${FATHOM_CCACHE})
endif()

add_compile_options(-Wall -Wextra -Werror=return-type -Wno-unused-parameter
                    -fno-strict-aliasing)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
add_link_options(-fuse-ld=lld)
if(FATHOM_SANITIZE)
  add_compile_options(-fsanitize=${FATHOM_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FATHOM_SANITIZE})
  # Settings that every program then has, however it is started.
  add_library(FathomSanitizerDefaults OBJECT
      ${PROJECT_SOURCE_DIR}/tools/cmake/sanitizer_defaults.cc)
  link_libraries($<TARGET_OBJECTS:FathomSanitizerDefaults>)
endif()
