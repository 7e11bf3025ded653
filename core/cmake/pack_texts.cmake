# The same texts as files beside the WebAssembly module, which loads them when they are asked for (decisions/0057): run
# as a script (cmake -P) it writes one file of entries "<name> <bytes>\n<text>\n".
#
#   output  the file to write
#   root    the folder the names are relative to
#   files   paths below root, separated by "|"
#   cut     "extension" to leave the ending out of the names
string(REPLACE "|" ";" files "${files}")
set(pack "")
foreach(file IN LISTS files)
  file(READ "${root}/${file}" text)
  file(SIZE "${root}/${file}" bytes)
  set(name "${file}")
  if(cut STREQUAL "extension")
    string(REGEX REPLACE "\\.[a-z]+$" "" name "${file}")
  endif()
  string(APPEND pack "${name} ${bytes}\n${text}\n")
endforeach()
file(WRITE "${output}" "${pack}")
