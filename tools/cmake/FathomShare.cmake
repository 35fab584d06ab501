# Manual pages and shell completion, made by the command that was built from the
# options that it knows: build/share is laid out as /usr/share is.
set(verbs run chat inspect bench logits tokenize template)
set(verb_programs fathom)
if(FATHOM_BUILD_COMPILER)
  list(PREPEND verbs compile)
  list(APPEND verb_programs fathom-compile)
endif()
set(FATHOM_SHARE_DIR ${PROJECT_BINARY_DIR}/share)
set(share_files)

# One file of what `fathom` and its verbs say in `form`, after the line `head`:
# of each verb that is given, and of `fathom` itself for the verb "front".
function(fathom_describe output form head)
  list(JOIN ARGN "," joined)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFORM=${form} -DHEAD=${head}
            -DFATHOM=$<TARGET_FILE:fathom> -DVERBS=${joined}
            -P ${PROJECT_SOURCE_DIR}/tools/cmake/Describe.cmake
    DEPENDS ${verb_programs} ${PROJECT_SOURCE_DIR}/tools/cmake/Describe.cmake
    VERBATIM)
  set(share_files ${share_files} ${output} PARENT_SCOPE)
endfunction()

fathom_describe(${FATHOM_SHARE_DIR}/man/man1/fathom.1 man "" front)
foreach(verb IN LISTS verbs)
  fathom_describe(${FATHOM_SHARE_DIR}/man/man1/fathom-${verb}.1 man "" ${verb})
endforeach()
fathom_describe(${FATHOM_SHARE_DIR}/bash-completion/completions/fathom bash
  "# bash completion of fathom, made from its options." ${verbs} front)
fathom_describe(${FATHOM_SHARE_DIR}/zsh/site-functions/_fathom zsh
  "#compdef fathom" ${verbs} front)
add_custom_target(fathom-share ALL DEPENDS ${share_files})
