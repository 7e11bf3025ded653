/* What libzip calls only when it writes an archive or asks for the time of a member, neither of which the module does:
 * without zlib's compressor and the C library's time zones it is some 20 kB smaller. A call would fail, not misbehave. */
#include <time.h>
#include <zlib.h>

int deflateInit2_(z_streamp stream, int level, int method, int window_bits, int memory_level, int strategy, const char *version, int size) {
  (void)stream, (void)level, (void)method, (void)window_bits, (void)memory_level, (void)strategy, (void)version, (void)size;
  return Z_VERSION_ERROR;
}

int deflate(z_streamp stream, int flush) {
  (void)stream, (void)flush;
  return Z_STREAM_ERROR;
}

int deflateEnd(z_streamp stream) {
  (void)stream;
  return Z_STREAM_ERROR;
}

time_t mktime(struct tm *parts) {
  (void)parts;
  return (time_t)-1;
}

struct tm *localtime_r(const time_t *restrict moment, struct tm *restrict parts) {
  (void)moment, (void)parts;
  return 0;
}

struct tm *localtime(const time_t *moment) {
  (void)moment;
  return 0;
}
