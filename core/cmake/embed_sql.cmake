# SQL that goes into generated scripts as it stands: every core/rollback/**/*.sql becomes a string literal,
# found by its path below core/rollback without the ending. Works like embed_pages.cmake.
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" files "${files}")
  set(delimiter "BACKSTAY_SQL")
  set(code "// Generated from core/rollback/**/*.sql by core/cmake/embed_sql.cmake.\n#include \"core/rollback/sql_text.hpp\"\n\nnamespace backstay::rollback {\n\nstd::string_view sql_text(std::string_view name) {\n")
  foreach(file IN LISTS files)
    file(READ "${root}/${file}" text)
    string(FIND "${text}" ")${delimiter}\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${root}/${file}: holds the end of a raw string of ${delimiter}")
    endif()
    string(REGEX REPLACE "\\.sql$" "" name "${file}")
    # Compilers limit one literal, not their concatenation: cut between routines.
    string(REPLACE "\n\nCREATE " "\n\n)${delimiter}\"\n    R\"${delimiter}(CREATE " text "${text}")
    string(APPEND code "  if (name == \"${name}\") return R\"${delimiter}(${text})${delimiter}\";\n")
  endforeach()
  string(APPEND code "  return {};\n}\n\n}  // namespace backstay::rollback\n")
  file(WRITE "${output}" "${code}")
  return()
endif()

set(backstay_embed_sql_script ${CMAKE_CURRENT_LIST_FILE})

# Adds the generated source to `target`, which is the core's library.
function(backstay_embed_sql target)
  set(root ${CMAKE_CURRENT_SOURCE_DIR}/rollback)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*.sql)
  list(SORT files)
  set(depends ${files})
  list(TRANSFORM depends PREPEND ${root}/)
  string(REPLACE ";" "|" files "${files}")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/sql_texts.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-Doutput=${output}" "-Droot=${root}" "-Dfiles=${files}" -P ${backstay_embed_sql_script}
    DEPENDS ${backstay_embed_sql_script} ${depends}
    COMMENT "Embedding the SQL of generated scripts"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
