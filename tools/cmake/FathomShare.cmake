# Manual pages and shell completion, made by the programs that were built from
# the options that they know: build/share is laid out as /usr/share is.
set(verb_programs fathom-run fathom-chat fathom-inspect fathom-bench
    fathom-logits fathom-tokenize fathom-template)
if(FATHOM_BUILD_COMPILER)
  list(PREPEND verb_programs fathom-compile)
endif()
set(FATHOM_SHARE_DIR ${PROJECT_BINARY_DIR}/share)
set(share_files)

# One file of what `programs` say in `form`, after the line `head`.
function(fathom_describe output form head)
  set(paths)
  foreach(program IN LISTS ARGN)
    list(APPEND paths $<TARGET_FILE:${program}>)
  endforeach()
  list(JOIN paths "," joined)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFORM=${form} -DHEAD=${head}
            -DPROGRAMS=${joined} -P ${PROJECT_SOURCE_DIR}/tools/cmake/Describe.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/tools/cmake/Describe.cmake
    VERBATIM)
  set(share_files ${share_files} ${output} PARENT_SCOPE)
endfunction()

foreach(program IN ITEMS fathom ${verb_programs})
  fathom_describe(${FATHOM_SHARE_DIR}/man/man1/${program}.1 man "" ${program})
endforeach()
fathom_describe(${FATHOM_SHARE_DIR}/bash-completion/completions/fathom bash
  "# bash completion of fathom, made from its options." ${verb_programs} fathom)
fathom_describe(${FATHOM_SHARE_DIR}/zsh/site-functions/_fathom zsh
  "#compdef fathom" ${verb_programs} fathom)
add_custom_target(fathom-share ALL DEPENDS ${share_files})
