# What the core links under Emscripten, built from source under the names it has natively:
# backstay_libzip, backstay_libdeflate, backstay_pugixml. Header-only libraries come from the system
# through a directory of links, because /usr/include itself would break the compiler's sysroot.
include(${CMAKE_CURRENT_LIST_DIR}/source_hashes.cmake)

set(BACKSTAY_WASM_SOURCES "" CACHE PATH
  "Directory that already holds the source archives (*.orig.tar.*); empty: apt-get source into the build tree")
set(BACKSTAY_WASM_HEADERS /usr/include CACHE PATH "Where boost/ and nlohmann/ are, and doctest/ and CLI/ for the tests")

set(wasm_libraries zlib libzip pugixml libdeflate libsodium)
set(wasm_archives ${BACKSTAY_WASM_SOURCES})
set(wasm_fetched FALSE)
if(NOT wasm_archives)
  set(wasm_archives ${CMAKE_BINARY_DIR}/wasm-sources)
  set(wasm_fetched TRUE)
endif()

# Sets `<library>_source` to the unpacked, checked sources of each library.
function(backstay_unpack_sources)
  foreach(library ${wasm_libraries})
    file(GLOB archive ${wasm_archives}/${library}_*.orig.tar.*)
    list(LENGTH archive count)
    if(NOT count EQUAL 1)
      message(FATAL_ERROR "expected one ${library}_*.orig.tar.* in ${wasm_archives}, found ${count}")
    endif()
    backstay_check_source(${archive} ${wasm_fetched})
    set(target ${CMAKE_BINARY_DIR}/wasm-sources/unpacked/${library})
    file(GLOB unpacked ${target}/*)
    if(NOT unpacked)
      file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${target})
      file(GLOB unpacked ${target}/*)
    endif()
    set(${library}_source ${unpacked} PARENT_SCOPE)
  endforeach()
endfunction()

if(wasm_fetched)
  file(GLOB present ${wasm_archives}/*.orig.tar.*)
  list(LENGTH present count)
  list(LENGTH wasm_libraries wanted)
  if(NOT count EQUAL wanted)
    message(STATUS "Fetching the sources of ${wasm_libraries}")
    execute_process(COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/fetch_sources.sh ${wasm_archives} ${wasm_libraries}
                    COMMAND_ERROR_IS_FATAL ANY)
  endif()
endif()
backstay_unpack_sources()

# Other people's code: built as it is, without our warnings.
function(backstay_third_party name)
  add_library(${name} STATIC ${ARGN})
  target_compile_options(${name} PRIVATE -w)
endfunction()

# zlib without its file layer (gz*.c): libzip inflates and deflates through it.
set(zlib_parts adler32 compress crc32 deflate inffast inflate inftrees trees uncompr zutil)
list(TRANSFORM zlib_parts PREPEND ${zlib_source}/)
list(TRANSFORM zlib_parts APPEND .c)
backstay_third_party(backstay_zlib ${zlib_parts})
target_include_directories(backstay_zlib SYSTEM PUBLIC ${zlib_source})
# CRC-32 by words of 64 bits, and its tables made when they are first needed: they do not compress.
target_compile_definitions(backstay_zlib PRIVATE Z_TESTW=8 DYNAMIC_CRC_TABLE)

# libdeflate: gzip payloads whole; its sources for other processors compile to nothing here. Its word is as wide as an address,
# but WebAssembly counts in 64 bits beside addresses of 32: then bits are fetched half as often.
set(libdeflate_words ${libdeflate_source}/common_defs.h)
file(READ ${libdeflate_words} words)
string(REPLACE "typedef size_t machine_word_t;" "typedef uint64_t machine_word_t;" wider_words "${words}")
if(NOT wider_words STREQUAL words)
  file(WRITE ${libdeflate_words} "${wider_words}")
endif()
file(GLOB libdeflate_parts ${libdeflate_source}/lib/*.c ${libdeflate_source}/lib/*/*.c)
list(FILTER libdeflate_parts EXCLUDE REGEX "/lib/crc32[.]c$")
backstay_third_party(backstay_libdeflate ${libdeflate_parts} ${CMAKE_CURRENT_LIST_DIR}/libdeflate/crc32.c)
target_link_libraries(backstay_libdeflate PUBLIC backstay_zlib)
target_include_directories(backstay_libdeflate SYSTEM PUBLIC ${libdeflate_source})

backstay_third_party(backstay_pugixml ${pugixml_source}/src/pugixml.cpp)
target_compile_definitions(backstay_pugixml PUBLIC PUGIXML_NO_EXCEPTIONS PRIVATE PUGIXML_NO_XPATH)
target_include_directories(backstay_pugixml SYSTEM PUBLIC ${pugixml_source}/src)

# SHA-256 of the inputs, piece by piece (decisions/0021). One function of libsodium's utils.c is needed,
# which wipes a state; the linker drops the rest.
set(sodium_root ${libsodium_source}/src/libsodium)
backstay_third_party(backstay_sha256 ${sodium_root}/crypto_hash/sha256/cp/hash_sha256_cp.c ${sodium_root}/sodium/utils.c)
target_include_directories(backstay_sha256 SYSTEM PUBLIC ${sodium_root}/include PRIVATE ${sodium_root}/include/sodium)

# libzip without files, encryption and the compression methods that no container uses. Its configure
# step misjudges off_t under Emscripten, so its two configuration headers are ours (libzip/).
file(GLOB libzip_parts ${libzip_source}/lib/zip_*.c)
list(FILTER libzip_parts EXCLUDE REGEX
  "zip_(algorithm_(bzip2|xz)|crypto_.*|.*winzip_aes.*|random_.*|mkstempm|source_file_(stdio|stdio_named|win32.*))[.]c$")
backstay_third_party(backstay_libzip ${libzip_parts} ${CMAKE_CURRENT_LIST_DIR}/libzip/no_random.c
  ${CMAKE_BINARY_DIR}/wasm-sources/zip_err_str.c)
target_compile_definitions(backstay_libzip PRIVATE HAVE_CONFIG_H)
target_compile_options(backstay_libzip PRIVATE -Os)  # inflating is zlib's and libdeflate's work
target_include_directories(backstay_libzip SYSTEM PUBLIC ${CMAKE_CURRENT_LIST_DIR}/libzip ${libzip_source}/lib)
target_link_libraries(backstay_libzip PUBLIC backstay_zlib)

# libzip makes its table of messages from the comments of zip.h: `#define ZIP_ER_X n /* T text */`.
file(STRINGS ${libzip_source}/lib/zip.h error_lines REGEX "^#define ZIP_ER_")
set(error_texts "")
set(error_types "")
foreach(line ${error_lines})
  if(line MATCHES "/[*] ([NSZ]) ([^*]*[^* ]) [*]/")
    string(APPEND error_texts "  \"${CMAKE_MATCH_2}\",\n")
    string(APPEND error_types "  ${CMAKE_MATCH_1},\n")
  endif()
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/wasm-sources/zip_err_str.c @ONLY CONTENT [[
#include "zipint.h"
#define N ZIP_ET_NONE
#define S ZIP_ET_SYS
#define Z ZIP_ET_ZLIB
const char *const _zip_err_str[] = {
@error_texts@};
const int _zip_nerr_str = sizeof(_zip_err_str) / sizeof(_zip_err_str[0]);
const int _zip_err_type[] = {
@error_types@};
]])

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/wasm-headers)
set(wasm_headers boost nlohmann)
if(BACKSTAY_TESTS)
  list(APPEND wasm_headers doctest CLI)
endif()
foreach(header ${wasm_headers})
  if(NOT EXISTS ${BACKSTAY_WASM_HEADERS}/${header})
    message(FATAL_ERROR "${header} is not in ${BACKSTAY_WASM_HEADERS} (set BACKSTAY_WASM_HEADERS)")
  endif()
  file(CREATE_LINK ${BACKSTAY_WASM_HEADERS}/${header} ${CMAKE_BINARY_DIR}/wasm-headers/${header} SYMBOLIC)
endforeach()
include_directories(SYSTEM ${CMAKE_BINARY_DIR}/wasm-headers)
