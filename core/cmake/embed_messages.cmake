# The messages of every language: core/text/messages.<language>.txt becomes a string literal, found by its language.
# Works like embed_pages.cmake.
if(CMAKE_SCRIPT_MODE_FILE)
  string(REPLACE "|" ";" files "${files}")
  set(delimiter "BACKSTAY_TEXT")
  set(code "// Generated from core/text/messages.*.txt by core/cmake/embed_messages.cmake.\n#include \"core/text/message_text.hpp\"\n\nnamespace backstay {\n\nstd::string_view message_text(std::string_view language) {\n")
  foreach(file IN LISTS files)
    file(READ "${root}/${file}" text)
    string(FIND "${text}" ")${delimiter}\"" clash)
    if(NOT clash EQUAL -1)
      message(FATAL_ERROR "${root}/${file}: holds the end of a raw string of ${delimiter}")
    endif()
    string(REGEX REPLACE "^messages\\.(.*)\\.txt$" "\\1" language "${file}")
    # Compilers limit one literal, not their concatenation: cut between sections.
    string(REPLACE "\n\n# " "\n\n)${delimiter}\"\n    R\"${delimiter}(# " text "${text}")
    string(APPEND code "  if (language == \"${language}\") return R\"${delimiter}(${text})${delimiter}\";\n")
  endforeach()
  string(APPEND code "  return {};\n}\n\n}  // namespace backstay\n")
  file(WRITE "${output}" "${code}")
  return()
endif()

set(backstay_embed_messages_script ${CMAKE_CURRENT_LIST_FILE})

# Adds the generated source to `target`, which is the core's library.
function(backstay_embed_messages target)
  set(root ${CMAKE_CURRENT_SOURCE_DIR}/text)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${root} ${root}/messages.*.txt)
  set(depends ${files})
  list(TRANSFORM depends PREPEND ${root}/)
  string(REPLACE ";" "|" files "${files}")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/message_texts.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-Doutput=${output}" "-Droot=${root}" "-Dfiles=${files}" -P ${backstay_embed_messages_script}
    DEPENDS ${backstay_embed_messages_script} ${depends}
    COMMENT "Embedding the messages"
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
