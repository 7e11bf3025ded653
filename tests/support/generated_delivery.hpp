// Creatio deliveries of any size, made up but shaped like real ones: for measuring, and for tests of
// large input. The same sizes give the same bytes on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace backstay::test {

struct DeliveryShape {
  std::size_t packages = 8;
  // Of all packages together, before packing. The share of each kind of file follows real packages:
  // see share_of() in the source.
  std::uint64_t unpacked_bytes = 200ull << 20;
  // false stores the containers in the zip, as some packers do; they are compressed already.
  bool deflate_in_zip = true;
};

// The zip of a delivery. Reads and writes no file; aborts when libzip fails, which only a lack of
// memory makes it do here.
std::string make_delivery(const DeliveryShape& shape);

// One package in the vendor's container, gzip included.
std::string make_container(const std::string& name, std::size_t number, std::uint64_t unpacked_bytes);

// Inflates every member of a delivery and every container inside with libdeflate, checks the checksums,
// and does nothing else: what a check of the same delivery is measured against. Returns the bytes of all
// containers' contents; 0 when the delivery is damaged.
std::uint64_t inflate_delivery(const std::string& zip);

}  // namespace backstay::test
