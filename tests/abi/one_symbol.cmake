# backstay_negotiate and nothing else.
execute_process(COMMAND ${NM} -D --defined-only ${LIBRARY} OUTPUT_VARIABLE symbols RESULT_VARIABLE code)
string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
set(names "")
foreach(line ${lines})
  string(REGEX REPLACE "^[^ ]* (.) " "\\1 " line "${line}")
  if(NOT line MATCHES "^A BACKSTAY_0")  # the version itself
    list(APPEND names "${line}")
  endif()
endforeach()
if(NOT code EQUAL 0 OR NOT names MATCHES "^T backstay_negotiate(@@BACKSTAY_0)?$")
  message(FATAL_ERROR "exported: ${names}")
endif()
