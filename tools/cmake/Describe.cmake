# cmake -DOUTPUT=FILE -DFORM=man|bash|zsh [-DHEAD=LINE] -DPROGRAMS=A,B -P Describe.cmake
# writes what the programs say of themselves, one after another, to FILE.
string(REPLACE "," ";" programs "${PROGRAMS}")
set(text "")
if(HEAD)
  set(text "${HEAD}\n")
endif()
foreach(program IN LISTS programs)
  execute_process(COMMAND ${program} --describe=${FORM}
    OUTPUT_VARIABLE described RESULT_VARIABLE status)
  if(NOT status EQUAL 0 OR described STREQUAL "")
    message(FATAL_ERROR "'${program} --describe=${FORM}' failed: ${status}")
  endif()
  string(APPEND text "${described}")
endforeach()
file(WRITE ${OUTPUT} "${text}")
