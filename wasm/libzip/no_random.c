/* libzip draws random numbers only to encrypt, which the module never does. */
#include "zipint.h"

bool zip_secure_random(zip_uint8_t *buffer, zip_uint16_t length) {
  (void)buffer;
  (void)length;
  return false;
}
