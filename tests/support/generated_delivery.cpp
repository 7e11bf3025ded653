#include "tests/support/generated_delivery.hpp"

#include <libdeflate.h>
#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace backstay::test {
namespace {

// Numerical Recipes' 64-bit generator: the same numbers on every platform.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed * 2654435761u + 1) {}
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return state_ >> 32;
  }
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }

 private:
  std::uint64_t state_;
};

std::string guid(Numbers& numbers) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text = "00000000-0000-0000-0000-000000000000";
  for (char& c : text) {
    if (c == '0') c = digits[numbers.below(16)];
  }
  return text;
}

// A word like those of an identifier or a caption. Small indexes come up more often, as in real text,
// so that the result compresses like real text.
std::string word(Numbers& numbers) {
  static constexpr const char* syllables[] = {"Ac", "count", "Con", "tact", "Or", "der", "Lead", "Case", "Act", "ivity",
    "Pro", "duct", "Doc", "ument", "In", "voice", "Usr", "Sys", "Type", "Status", "Own", "er", "Date", "Name", "Queue",
    "Mail", "Stage", "Role", "Page", "Tab", "Group", "Field", "Value", "State"};
  std::string text;
  for (std::size_t i = 0, count = 1 + numbers.below(3); i < count; ++i) {
    text += syllables[std::min(numbers.below(std::size(syllables)), numbers.below(std::size(syllables)))];
  }
  return text;
}

void append_le32(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((value >> shift) & 0xff);
}

// A record of the vendor's container (creatio.md section 2); names here are ASCII.
void append_record(std::string& container, const std::string& name, const std::string& content) {
  append_le32(container, name.size());
  for (char c : name) {
    container += c == '/' ? '\\' : c;
    container += '\0';
  }
  append_le32(container, content.size());
  container += content;
}

constexpr const char* bom = "\xef\xbb\xbf";

std::string entity_metadata(const std::string& name, Numbers& numbers) {
  const std::string id = guid(numbers), package = guid(numbers);
  std::string text = std::string(bom) + "{\r\n  \"MetaData\": {\r\n    \"Schema\": {\r\n      \"ManagerName\": \"EntitySchemaManager\",\r\n      \"UId\": \"" +
    id + "\",\r\n      \"A2\": \"" + name + "\",\r\n      \"B8\": \"8.1.0.0\",\r\n      \"D2\": [";
  for (std::size_t i = 0, count = 8 + numbers.below(40); i < count; ++i) {
    text += i ? ",\r\n        {\r\n" : "\r\n        {\r\n";
    text += "          \"UId\": \"" + guid(numbers) + "\",\r\n          \"A2\": \"Usr" + word(numbers) + word(numbers) +
      "\",\r\n          \"A3\": \"" + id + "\",\r\n          \"A4\": \"" + id + "\",\r\n          \"A5\": \"" + package +
      "\",\r\n          \"S2\": \"325a73b8-0f47-44a0-8412-7606f78003ac\"\r\n        }";
  }
  return text + "\r\n      ]\r\n    }\r\n  }\r\n}";
}

std::string line_metadata(const std::string& name, Numbers& numbers) {
  std::string text = "= MetaData.Schema.UId \"" + guid(numbers) + "\"\r\n= MetaData.Schema.A2 \"" + name + "\"\r\n";
  for (std::size_t i = 0, count = 20 + numbers.below(120); i < count; ++i) {
    text += "+ MetaData.Schema.D2." + word(numbers) + ".S" + std::to_string(numbers.below(30)) + " \"" + guid(numbers) + "\"\r\n";
  }
  return text;
}

std::string resources(Numbers& numbers) {
  std::string text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<Resources Culture=\"en-US\">\r\n\t<Group Type=\"String\">\r\n\t\t<Items>\r\n";
  for (std::size_t i = 0, count = 10 + numbers.below(80); i < count; ++i) {
    text += "\t\t\t<Item Name=\"Columns.Usr" + word(numbers) + ".Caption\" Value=\"" + word(numbers) + " " + word(numbers) + "\" />\r\n";
  }
  return text + "\t\t</Items>\r\n\t</Group>\r\n</Resources>\r\n";
}

std::string client_code(Numbers& numbers, std::size_t bytes) {
  std::string text = "define(\"Usr" + word(numbers) + "\", [], function() {\r\n\treturn {\r\n";
  while (text.size() < bytes) {
    text += "\t\t\"" + word(numbers) + "\": function(" + word(numbers) + ") {\r\n\t\t\tvar " + word(numbers) + " = this.get(\"" +
      word(numbers) + "\");\r\n\t\t\treturn this.callParent(arguments) || " + std::to_string(numbers.below(1000)) + ";\r\n\t\t},\r\n";
  }
  return text + "\t};\r\n});\r\n";
}

std::string bound_rows(Numbers& numbers, std::size_t rows) {
  std::string text = std::string(bom) + "{\r\n  \"PackageData\": [";
  for (std::size_t i = 0; i < rows; ++i) {
    text += i ? ",\r\n    {\r\n      \"Row\": [" : "\r\n    {\r\n      \"Row\": [";
    text += "\r\n        {\r\n          \"SchemaColumnUId\": \"ae0e45ca-c495-4fe7-a39d-3ab7278e1617\",\r\n          \"Value\": \"" + guid(numbers) +
      "\"\r\n        },\r\n        {\r\n          \"SchemaColumnUId\": \"736c30a7-c0ec-4fa9-b034-2552b319b633\",\r\n          \"Value\": \"" +
      word(numbers) + " " + word(numbers) + "\"\r\n        }\r\n      ]\r\n    }";
  }
  return text + "\r\n  ]\r\n}";
}

std::string script(const std::string& name, Numbers& numbers) {
  std::string text = "DROP VIEW IF EXISTS \"" + name + "\";\r\n\r\nCREATE VIEW \"" + name + "\" AS\r\nSELECT\r\n";
  for (std::size_t i = 0, count = 5 + numbers.below(40); i < count; ++i) {
    text += "\t\"c\".\"" + word(numbers) + "\" AS \"" + word(numbers) + std::to_string(i) + "\",\r\n";
  }
  text += "\t\"c\".\"Id\"\r\nFROM \"Contact\" AS \"c\" -- " + word(numbers) + "\r\nWHERE \"c\".\"" + word(numbers) + "\" IS NOT NULL;\r\n";
  if (numbers.below(4) == 0) {
    text += "\r\nUPDATE \"" + word(numbers) + "\" SET \"" + word(numbers) + "\" = '" + word(numbers) + "' WHERE \"Id\" = '" + guid(numbers) + "';\r\n";
  }
  return text;
}

// Assemblies, icons, fonts: mostly noise, with runs of zeros between, as in executables.
std::string binary(Numbers& numbers, std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 64);
  while (text.size() < bytes) {
    for (int i = 0; i < 14; ++i) append_le32(text, numbers.next());
    text.append(numbers.below(80), '\0');
  }
  return text;
}

std::string schema_descriptor(const std::string& name, const char* manager, Numbers& numbers) {
  return std::string(bom) + "{\r\n  \"Descriptor\": {\r\n    \"UId\": \"" + guid(numbers) + "\",\r\n    \"Name\": \"" + name +
    "\",\r\n    \"ModifiedOnUtc\": \"\\/Date(1704103200000)\\/\",\r\n    \"ManagerName\": \"" + manager +
    "\",\r\n    \"Caption\": \"" + name + "\",\r\n    \"DependsOn\": []\r\n  }\r\n}";
}

enum class Kind { resources, client_unit, entity, rows, script, binary, count };

// Shares in percent of unpacked bytes. Real packages: by far the most files are resources, most of the
// weight of large ones is assemblies and other files, scripts and bound data are small.
constexpr std::size_t shares[] = {22, 24, 12, 12, 2, 28};
static_assert(std::size(shares) == static_cast<std::size_t>(Kind::count));

void append_element(std::string& out, Kind kind, std::size_t number, Numbers& numbers) {
  const std::string name = "Usr" + word(numbers) + std::to_string(number);
  switch (kind) {
    case Kind::resources:
      append_record(out, "Resources/" + name + ".ClientUnit/resource.en-US.xml", resources(numbers));
      break;
    case Kind::client_unit:
      append_record(out, "Schemas/" + name + "/descriptor.json", schema_descriptor(name, "ClientUnitSchemaManager", numbers));
      append_record(out, "Schemas/" + name + "/metadata.json", line_metadata(name, numbers));
      append_record(out, "Schemas/" + name + "/" + name + ".js", client_code(numbers, 2000 + numbers.below(20000)));
      break;
    case Kind::entity:
      append_record(out, "Schemas/" + name + "/descriptor.json", schema_descriptor(name, "EntitySchemaManager", numbers));
      append_record(out, "Schemas/" + name + "/metadata.json", entity_metadata(name, numbers));
      append_record(out, "Schemas/" + name + "/properties.json", std::string(bom) + "{\r\n  \"Properties\": {}\r\n}");
      break;
    case Kind::rows:
      append_record(out, "Data/" + name + "/descriptor.json", std::string(bom) + "{\r\n  \"Descriptor\": {\r\n    \"UId\": \"" + guid(numbers) +
        "\",\r\n    \"Name\": \"" + name + "\",\r\n    \"ModifiedOnUtc\": \"\\/Date(1704103200000)\\/\",\r\n    \"InstallType\": 0,\r\n    \"Schema\": {\"UId\": \"" +
        guid(numbers) + "\", \"Name\": \"Contact\"},\r\n    \"Columns\": [{\"ColumnUId\": \"ae0e45ca-c495-4fe7-a39d-3ab7278e1617\", \"IsForceUpdate\": false, "
        "\"IsKey\": true, \"ColumnName\": \"Id\", \"DataTypeValueUId\": \"23018567-a13c-4320-8687-fd6f9e3699bd\"}]\r\n  }\r\n}");
      append_record(out, "Data/" + name + "/data.json", bound_rows(numbers, 1 + numbers.below(120)));
      append_record(out, "Data/" + name + "/filter.json", "");
      break;
    case Kind::script:
      append_record(out, "SqlScripts/" + name + "/descriptor.json", std::string(bom) + "{\r\n  \"SqlScript\": {\r\n    \"UId\": \"" + guid(numbers) +
        "\",\r\n    \"Name\": \"" + name + "\",\r\n    \"DBEngineType\": 2,\r\n    \"InstallType\": 1,\r\n    \"ModifiedOnUtc\": \"\\/Date(1704103200000)\\/\",\r\n"
        "    \"BackwardCompatibilityConfirmed\": true,\r\n    \"DependsOn\": []\r\n  }\r\n}");
      append_record(out, "SqlScripts/" + name + "/" + name + ".sql", script(name, numbers));
      break;
    case Kind::binary:
      append_record(out, "Files/Bin/" + name + ".dll", binary(numbers, 50000 + numbers.below(400000)));
      break;
    case Kind::count: break;
  }
}

std::string gzip(const std::string& bytes) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string out(libdeflate_gzip_compress_bound(compressor, bytes.size()), '\0');
  out.resize(libdeflate_gzip_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

// `container` is read by libzip when the archive is closed, so it has to live until then.
void add_member(zip_t* archive, const std::string& name, const std::string& container, bool deflate) {
  zip_source_t* source = zip_source_buffer(archive, container.data(), container.size(), 0);
  const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) std::abort();
  const auto member = static_cast<zip_uint64_t>(index);
  zip_set_file_compression(archive, member, deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 1);
  zip_file_set_mtime(archive, member, 1704103200, 0);  // a fixed day, for the same bytes every time
}

std::string read_back(zip_source_t* buffer) {
  zip_stat_t info;
  if (zip_source_stat(buffer, &info) != 0 || zip_source_open(buffer) != 0) std::abort();
  std::string bytes(info.size, '\0');
  if (zip_source_read(buffer, bytes.data(), bytes.size()) != static_cast<zip_int64_t>(bytes.size())) std::abort();
  zip_source_close(buffer);
  return bytes;
}

}  // namespace

std::string make_container(const std::string& name, std::size_t number, std::uint64_t unpacked_bytes) {
  Numbers numbers(number + 1);
  std::string content;
  content.reserve(unpacked_bytes + (1 << 20));
  append_record(content, "descriptor.json", std::string(bom) + "{\r\n  \"Descriptor\": {\r\n    \"UId\": \"" + guid(numbers) + "\",\r\n    \"PackageVersion\": \"1.0." +
    std::to_string(number) + "\",\r\n    \"Name\": \"" + name + "\",\r\n    \"ModifiedOnUtc\": \"\\/Date(1704103200000)\\/\",\r\n    \"Maintainer\": \"Customer\",\r\n    \"DependsOn\": []\r\n  }\r\n}");
  std::size_t element = 0;
  for (std::size_t kind = 0; kind < std::size(shares); ++kind) {
    const std::uint64_t until = content.size() + unpacked_bytes * shares[kind] / 100;
    while (content.size() < until) append_element(content, static_cast<Kind>(kind), element++, numbers);
  }
  return gzip(content);
}

std::string make_delivery(const DeliveryShape& shape) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* buffer = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (!buffer) std::abort();
  zip_source_keep(buffer);  // zip_close() gives one reference back; this one is for reading the result
  zip_t* archive = zip_open_from_source(buffer, ZIP_TRUNCATE, &error);
  if (!archive) std::abort();
  std::vector<std::string> containers(shape.packages);
  for (std::size_t i = 0; i < shape.packages; ++i) {
    const std::string name = "UsrMade" + std::to_string(i);
    containers[i] = make_container(name, i, shape.unpacked_bytes / shape.packages);
    add_member(archive, name + ".gz", containers[i], shape.deflate_in_zip);
  }
  if (zip_close(archive) != 0) std::abort();
  std::string bytes = read_back(buffer);
  zip_source_free(buffer);
  return bytes;
}

namespace {

std::uint64_t le(const unsigned char* bytes, int count) {
  std::uint64_t value = 0;
  for (int i = count; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

// The raw bytes of a member: behind its local header. The sizes come from the central directory.
std::uint64_t inflate_member(libdeflate_decompressor* inflate, const unsigned char* zip, const unsigned char* entry,
                             std::vector<char>& packed, std::vector<char>& content) {
  const unsigned char* local = zip + le(entry + 42, 4);
  const unsigned char* data = local + 30 + le(local + 26, 2) + le(local + 28, 2);
  const std::size_t stored = le(entry + 20, 4), size = le(entry + 24, 4);
  if (le(entry + 10, 2) != 0) {
    packed.resize(size);
    if (libdeflate_deflate_decompress(inflate, data, stored, packed.data(), size, nullptr) != LIBDEFLATE_SUCCESS) return 0;
    data = reinterpret_cast<const unsigned char*>(packed.data());
  }
  if (libdeflate_crc32(0, data, size) != le(entry + 16, 4)) return 0;
  content.resize(le(data + size - 4, 4));
  if (libdeflate_gzip_decompress(inflate, data, size, content.data(), content.size(), nullptr) != LIBDEFLATE_SUCCESS) return 0;
  return content.size();
}

}  // namespace

std::uint64_t inflate_delivery(const std::string& zip) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(zip.data());
  const unsigned char* end_record = bytes + zip.size() - 22;  // make_delivery() writes no comment
  const unsigned char* entry = bytes + le(end_record + 16, 4);
  libdeflate_decompressor* inflate = libdeflate_alloc_decompressor();
  std::vector<char> packed, content;
  std::uint64_t total = 0;
  for (std::uint64_t i = 0, count = le(end_record + 10, 2); i < count; ++i) {
    const std::uint64_t size = inflate_member(inflate, bytes, entry, packed, content);
    if (size == 0) { total = 0; break; }
    total += size;
    entry += 46 + le(entry + 28, 2) + le(entry + 30, 2) + le(entry + 32, 2);
  }
  libdeflate_free_decompressor(inflate);
  return total;
}

}  // namespace backstay::test
