/* libdeflate's CRC-32 by zlib's function, which takes several words at a time: twice as fast where no processor instruction can
 * be had, and its tables, which libzip needs too, are there only once. */
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

uint32_t libdeflate_crc32(uint32_t crc, const void *bytes, size_t size);

uint32_t libdeflate_crc32(uint32_t crc, const void *bytes, size_t size) {
  if (!bytes) return 0; /* as libdeflate answers: the value to begin with */
  return (uint32_t)crc32_z(crc, bytes, size);
}
