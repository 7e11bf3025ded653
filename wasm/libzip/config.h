/* libzip's private configuration for the WebAssembly build: no files, no encryption. */
#ifndef BACKSTAY_LIBZIP_CONFIG_H
#define BACKSTAY_LIBZIP_CONFIG_H

#include "zipconf.h"

#define HAVE_FILENO
#define HAVE_FSEEKO
#define HAVE_FTELLO
#define HAVE_LOCALTIME_R
#define HAVE_NULLABLE
#define HAVE_SNPRINTF
#define HAVE_STDBOOL_H
#define HAVE_STRCASECMP
#define HAVE_STRDUP
#define HAVE_STRINGS_H
#define HAVE_STRTOLL
#define HAVE_STRTOULL
#define HAVE_UNISTD_H
#define SIZEOF_OFF_T 8
#define SIZEOF_SIZE_T 4

#define PACKAGE "libzip"
#define VERSION "1.7.3"

#endif
