# cmake -DOUTPUT=FILE -DFORM=man|bash|zsh [-DHEAD=LINE] -DFATHOM=PROGRAM -DVERBS=A,B -P Describe.cmake
# writes what PROGRAM's verbs say of themselves, one after another, to FILE;
# the verb "front" is PROGRAM without a verb.
string(REPLACE "," ";" verbs "${VERBS}")
set(text "")
if(HEAD)
  set(text "${HEAD}\n")
endif()
foreach(verb IN LISTS verbs)
  set(command ${FATHOM} ${verb})
  if(verb STREQUAL "front")
    set(command ${FATHOM})
  endif()
  execute_process(COMMAND ${command} --describe=${FORM}
    OUTPUT_VARIABLE described RESULT_VARIABLE status)
  if(NOT status EQUAL 0 OR described STREQUAL "")
    message(FATAL_ERROR "'${command} --describe=${FORM}' failed: ${status}")
  endif()
  string(APPEND text "${described}")
endforeach()
file(WRITE ${OUTPUT} "${text}")
