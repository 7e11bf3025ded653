# Reads the symbols of the core's library and fails on a file, clock, environment, output, thread or
# database call: the core gets bytes and gives values, whoever hosts it.
#
#   cmake -DNM=nm -DLIBRARY=libbackstay_core.a -DBAD=touches_everything.o -P core_touches_nothing.cmake
#
# BAD is a library that does all of it (tests/touches_everything.cpp). The search has to find each
# kind in there first: a check that has never been seen to fail proves nothing.
cmake_minimum_required(VERSION 3.25)

# Each kind: names of C functions and variables (tried also without a leading __ and without the endings
# that fortified and 64-bit forms add), and a regular expression over demangled C++ names. snprintf,
# memory and string calls, abort and the unwinder stay allowed; so do streams into strings.
set(kinds file clock environment output input thread database)
set(names_file open openat creat fopen fdopen freopen fread fgetc getc fgets fclose fseek fseeko ftell ftello mmap
  stat lstat fstat opendir readdir unlink remove rename mkdir mkstemp tmpfile access realpath read pread
  zip_open zip_fdopen zip_source_file zip_source_file_create zip_source_filep zip_source_filep_create)
set(pattern_file "^std::basic_(filebuf|ifstream|ofstream|fstream)<|^std::filesystem::")
set(names_clock clock_gettime clock time gettimeofday localtime localtime_r gmtime gmtime_r timespec_get ftime
  nanosleep usleep sleep)
set(pattern_clock "^std::chrono::.*::now\\(\\)|^std::random_device::")
set(names_environment getenv secure_getenv setenv putenv unsetenv environ setlocale getpid getcwd gethostname
  system popen fork execve signal sigaction socket connect)
set(pattern_environment "^std::locale::(global|locale\\(char const)")
set(names_output printf vprintf fprintf vfprintf dprintf vdprintf puts fputs fputc putc putchar fwrite perror
  write syslog fflush stdout stderr)
set(pattern_output "^std::(cout|cerr|clog|wcout|wcerr)|^std::ios_base::Init::Init|^emscripten_(console|out|err|log)")
set(names_input stdin scanf isoc99_scanf isoc23_scanf fscanf isoc99_fscanf isoc23_fscanf)
set(pattern_input "^std::w?cin")
set(names_thread pthread_create pthread_mutex_lock pthread_cond_wait pthread_cond_signal thrd_create)
set(pattern_thread "^std::(thread|condition_variable)::|^std::__atomic_futex")
set(names_database "")
set(pattern_database "^(sqlite3_|PQ[a-z]+$|SQL(Alloc|Connect|DriverConnect|Exec|Prepare)|mysql_|OCI[A-Z])")

# undefined_symbols(FILE OUT): what FILE wants from outside, demangled, without duplicates.
function(undefined_symbols file out)
  execute_process(COMMAND ${NM} --demangle --undefined-only ${file}
    OUTPUT_VARIABLE text ERROR_VARIABLE errors RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${NM} could not read ${file}: ${errors}")
  endif()
  string(REPLACE ";" "," text "${text}")
  string(REPLACE "[" "(" text "${text}")  # CMake would join list elements over an open bracket
  string(REPLACE "]" ")" text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  set(symbols "")
  foreach(line IN LISTS lines)
    if(line MATCHES "^ *[Uw] (.+)$")
      list(APPEND symbols "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES symbols)
  set(${out} "${symbols}" PARENT_SCOPE)
endfunction()

# of_kind(KIND SYMBOLS OUT): those of the symbols that are of the kind.
function(of_kind kind symbols out)
  set(found "")
  foreach(symbol IN LISTS symbols)
    string(REGEX REPLACE "^__" "" plain "${symbol}")
    string(REGEX REPLACE "@.*$" "" plain "${plain}")
    string(REGEX REPLACE "_time64$|_chk$" "" plain "${plain}")
    string(REGEX REPLACE "64_2$|64$|_2$" "" plain "${plain}")
    if(symbol IN_LIST names_${kind} OR plain IN_LIST names_${kind} OR symbol MATCHES "${pattern_${kind}}")
      list(APPEND found "${symbol}")
    endif()
  endforeach()
  set(${out} "${found}" PARENT_SCOPE)
endfunction()

undefined_symbols(${BAD} bad_symbols)
foreach(kind IN LISTS kinds)
  of_kind(${kind} "${bad_symbols}" found)
  if(NOT found)
    message(FATAL_ERROR "this test is blind: it does not see the ${kind} call in ${BAD}\n${bad_symbols}")
  endif()
  list(LENGTH found count)
  message(STATUS "${kind}: ${count} seen in the bad example")
endforeach()

undefined_symbols(${LIBRARY} symbols)
# Archives are read from ranges of the host, so this libzip call has to be there. If it is not seen, nothing is.
set(must_be_there zip_open_from_source)
if(NOT must_be_there IN_LIST symbols)
  message(FATAL_ERROR "this test is blind: ${must_be_there} is not seen in ${LIBRARY}")
endif()
list(LENGTH symbols count)
message(STATUS "the core wants ${count} symbols from outside")

set(broken "")
foreach(kind IN LISTS kinds)
  of_kind(${kind} "${symbols}" found)
  foreach(symbol IN LISTS found)
    string(APPEND broken "  ${kind}: ${symbol}\n")
  endforeach()
endforeach()
if(broken)
  message(FATAL_ERROR "the core may not touch the outside, but it calls\n${broken}"
    "find the caller with: nm -AC ${LIBRARY} | grep ' U ...'")
endif()
