# SHA-256 of the source archives that are known to build. apt has checked its own signatures by then;
# this list makes sure that what goes into the module is what was reviewed.
set(backstay_source_hashes
  # Debian 12
  zlib_1.2.13.dfsg.orig.tar.bz2 71feb7947e3c00ef125f83b79a4e529bde31171e5babe48b391f06758d1ab0a1
  libdeflate_1.14.orig.tar.gz 89e7df898c37c3427b0f39aadcf733731321a278771d20fc553f92da8d4808ac
  pugixml_1.13.orig.tar.gz 5c5ad5d7caeb791420408042a7d88c2c6180781bf218feca259fd9d840a888e1
  # Debian 12 and Ubuntu 24.04
  libzip_1.7.3.orig.tar.xz a60473ffdb7b4260c08bfa19c2ccea0438edac11193c3afbbb1f17fbcf6c6132
  libsodium_1.0.18.orig.tar.gz d59323c6b712a1519a5daf710b68f5e7fde57040845ffec53850911f10a5d4f4
  # Ubuntu 24.04
  zlib_1.3.dfsg.orig.tar.xz 5eea0322c1c21c75cad3b607ac1c43ff5c71e014b8ac4a34300b5e2b80d02e70
  libdeflate_1.19.orig.tar.gz 27bf62d71cd64728ff43a9feb92f2ac2f2bf748986d856133cc1e51992428c25
  pugixml_1.14.orig.tar.gz 610f98375424b5614754a6f34a491adbddaaec074e9044577d965160ec103d2e)

# Checks `archive` against the list; stops the configure step when it differs. An archive that is not in
# the list (another release of the distribution) passes with a warning if apt has fetched and verified it.
function(backstay_check_source archive fetched_by_apt)
  get_filename_component(name ${archive} NAME)
  file(SHA256 ${archive} actual)
  list(FIND backstay_source_hashes ${name} index)
  if(index EQUAL -1)
    if(NOT fetched_by_apt)
      message(FATAL_ERROR "${name} is not in wasm/source_hashes.cmake (SHA-256 ${actual}): review it and add the line.")
    endif()
    message(WARNING "${name} is not in wasm/source_hashes.cmake (SHA-256 ${actual}): only apt's signature vouches for it.")
    return()
  endif()
  math(EXPR index "${index} + 1")
  list(GET backstay_source_hashes ${index} expected)
  if(NOT actual STREQUAL expected)
    message(FATAL_ERROR "${archive} has SHA-256 ${actual}, expected ${expected}: delete it and configure again.")
  endif()
endfunction()
