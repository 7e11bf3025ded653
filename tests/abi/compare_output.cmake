# Runs PROGRAM and compares what it prints with the file EXPECTED.
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed RESULT_VARIABLE code)
file(READ ${EXPECTED} expected)
if(NOT code EQUAL 0 OR NOT printed STREQUAL expected)
  file(WRITE ${EXPECTED}.printed "${printed}")
  message(FATAL_ERROR "not as in ${EXPECTED} (code ${code}); what was printed is in ${EXPECTED}.printed")
endif()
