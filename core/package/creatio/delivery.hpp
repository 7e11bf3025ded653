// Everything that carries Creatio packages: containers, delivery zips, zips in zips, folders of either
// (delivery.md). Packages go on one by one, so that one package is in memory at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/package/archive.hpp"
#include "core/package/creatio/layout.hpp"
#include "core/package/creatio/package_files.hpp"
#include "core/package/package.hpp"
#include "core/package/read_package.hpp"
#include "core/package/zip.hpp"

namespace backstay::creatio {

struct ReadPackage;

// Reads the parts of one input, hands every package to the sink and collects the rest.
class DeliveryReader {
 public:
  // `total` is what progress counts up to; all references must outlive this.
  // `files`, when there is one, gets every file of every package.
  DeliveryReader(const Limits& limits, Progress* progress, const PackageSink& sink, std::uint64_t total, const FileSink& files)
      : limits_(limits), progress_(progress), sink_(sink), files_(files), total_(total), budget_(limits) {}

  // A file that is a container or a zip by its first bytes; `name` is its place inside the input. What
  // cannot be read is kept for finish(). False when the work has to stop.
  bool add_archive(const std::shared_ptr<const ByteSource>& bytes, const std::string& name);
  // The members of an open zip: containers, nested zips and package folders.
  bool add_zip(ZipArchive& zip, std::size_t depth);
  // Package folders among the files of a folder input.
  bool add_folders(const std::vector<InputFile>& files, const std::vector<std::string_view>& paths, const Layout& layout);
  // The DeleteList.txt of a backup.
  void add_delete_list(const InputFile& file);

  // The set without packages, which the sink has. With no package at all: the first error.
  // `nothing` is the error when there was nothing to read either.
  Result<PackageSet> finish(InputKind kind, const Error& nothing);

 private:
  struct Level {
    InflateBuffer raw, inflated;
  };
  bool add_bytes(std::span<const std::byte> bytes, const std::string& name, std::size_t depth);
  bool add_nested_zip(std::span<const std::byte> bytes, const std::string& name, std::size_t depth);
  bool add_member(ZipArchive& zip, const ZipMember& member, std::size_t depth);
  bool add_zip_folders(ZipArchive& zip, const std::vector<std::size_t>& members, const Layout& layout, std::size_t depth);
  bool add_package(ReadPackage&& read, const std::string& expected_name);
  bool hand_out(const PackageFiles& files, const Package& package);
  void report_layout(const Layout& layout);
  void fail(const Error& error);
  void note(std::string rule, Severity severity, std::string message, std::string file);
  bool advance(std::string_view what, std::uint64_t bytes);
  Level& level(std::size_t depth);

  const Limits& limits_;
  Progress* progress_;
  const PackageSink& sink_;
  const FileSink& files_;
  std::uint64_t total_, done_ = 0;
  InflateBudget budget_;
  InflateBuffer container_;             // of the package at hand
  std::vector<std::unique_ptr<Level>> levels_;
  PackageSet set_;
  std::vector<Error> errors_;
  std::size_t packages_ = 0;
  bool stopped_ = false;
};

}  // namespace backstay::creatio
