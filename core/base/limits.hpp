// Every limit on input, in one place, each with its reason. Readers take a `const Limits&`.
#pragma once

#include <cstddef>
#include <cstdint>

namespace backstay {

struct Limits {
  // Archives. The largest real container inflates to about 10 MB with 4230 records.
  std::uint64_t max_package_inflated_bytes = 1ull << 30;  // 1 GiB native; browser_limits() 256 MiB
  std::uint64_t max_input_bytes = 8ull << 30;             // a delivery on disk
  // Deflate reaches 1032:1 on zeros; real packages stay below 20:1. Above the free bytes an input may
  // inflate to at most this many times its packed size.
  std::uint64_t max_inflate_ratio = 100;
  std::uint64_t inflate_ratio_free_bytes = 32ull << 20;
  std::size_t max_records = 200'000;                      // per container, folder or zip
  std::size_t max_archive_depth = 2;                      // a zip named .gz inside a delivery zip
  std::size_t max_path_units = 1024;                      // UTF-16 units or bytes of one name
  std::uint64_t max_zip_directory_bytes = 128ull << 20;   // central directory held in memory
  // Text formats.
  std::uint64_t max_text_file_bytes = 64ull << 20;  // one JSON or XML file
  std::size_t max_json_depth = 64;                  // real descriptors nest 6 deep
  std::size_t max_xml_depth = 64;
  std::size_t max_dependencies = 100'000;           // one deployment version or descriptor
  // Promotion files (design/promotion-format).
  std::uint64_t max_promotion_bytes = 64ull << 20;
  std::size_t max_promotion_changes = 100'000;
  std::size_t max_promotion_depth = 32;
  // SQL (rules.md section 7).
  // rules.md proposes 8 MiB; data scripts of 10 MB exist and are read in well under a second. A script of nothing
  // but brackets is the worst: 16 bytes of token for each of its own, so 16 MiB stay below half a gigabyte.
  std::uint64_t max_script_bytes = 16ull << 20;
  std::size_t max_sql_nesting = 200;
  std::size_t max_dynamic_depth = 8;
  std::size_t max_statements = 100'000;
  // Deployment orders.
  std::size_t max_deployment_versions = 2'000'000;
  // Reports.
  std::size_t max_findings = 100'000;  // per input; the rest is counted, never dropped silently
};

// The same with what a browser tab can hold.
inline Limits browser_limits() {
  Limits limits;
  limits.max_package_inflated_bytes = 256ull << 20;
  limits.max_script_bytes = 8ull << 20;
  return limits;
}

}  // namespace backstay
