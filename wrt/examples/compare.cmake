# Runs PROGRAM with ARGUMENT and fails unless its output is the text of the file EXPECTED.
execute_process(COMMAND ${PROGRAM} ${ARGUMENT}
  OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status)
file(READ ${EXPECTED} expected)
if(NOT status EQUAL 0 OR NOT output STREQUAL expected)
  message(FATAL_ERROR "exit status ${status}\n${errors}\n--- expected\n${expected}\n--- got\n${output}")
endif()
