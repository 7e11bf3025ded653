# The rule pages, compiled in: every core/**/rules/*.md becomes a string literal of one generated
# source, so that `backstay rules` and the web page show exactly what the tests ran.
#
# Included, this file gives backstay_embed_pages(target). Run as a script (cmake -P) it writes the
# source; so a changed page rebuilds one file, and no other tool is needed on any host.
#
#   output  the .cpp to write
#   root    the folder `core`
#   pages   paths below root, separated by "|" (a semicolon would not survive the command line)
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" pages "${pages}")
  set(delimiter "BACKSTAY_PAGE")
  set(code "// Generated from the rule pages by core/cmake/embed_pages.cmake.\n#include \"core/base/page_text.hpp\"\n\nnamespace backstay {\nnamespace {\n\nconstexpr PageText pages[] = {\n")
  foreach(page IN LISTS pages)
    file(READ "${root}/${page}" text)
    # The heading of a page is the name of its rule. Pages of SQL rules leave "sql/" out.
    if(NOT "${text}" MATCHES "^# ([a-z0-9/-]+)\n")
      message(FATAL_ERROR "${root}/${page}:1: expected \"# rule-name\"")
    endif()
    set(id "${CMAKE_MATCH_1}")
    if(page MATCHES "^sql/rules/")
      string(PREPEND id "sql/")
    endif()
    string(FIND "${text}" ")${delimiter}\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${root}/${page}: holds the end of a raw string of ${delimiter}")
    endif()
    # Compilers limit one literal (16 KiB at worst), not their concatenation: cut at the headings.
    string(REPLACE "\n## " "\n)${delimiter}\"\n    R\"${delimiter}(## " text "${text}")
    string(APPEND code "    {\"${id}\", \"${page}\",\n    R\"${delimiter}(${text})${delimiter}\"},\n")
  endforeach()
  string(APPEND code "};\n\n}  // namespace\n\nstd::span<const PageText> page_texts() { return pages; }\n\n}  // namespace backstay\n")
  file(WRITE "${output}" "${code}")
  return()
endif()

set(backstay_embed_pages_script ${CMAKE_CURRENT_LIST_FILE})

# Adds the generated source to `target`, which is the core's library.
function(backstay_embed_pages target)
  set(root ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/*.md)
  list(FILTER files INCLUDE REGEX "(^|/)rules/[a-z0-9_]+\\.md$")
  list(SORT files)
  set(depends ${files})
  list(TRANSFORM depends PREPEND ${root}/)
  string(REPLACE ";" "|" pages "${files}")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/page_texts.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-Doutput=${output}" "-Droot=${root}" "-Dpages=${pages}" -P ${backstay_embed_pages_script}
    DEPENDS ${backstay_embed_pages_script} ${depends}
    COMMENT "Embedding the rule pages"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
