#include "core/package/creatio/unpack.hpp"

#include <memory>
#include <unordered_set>
#include <vector>

#include "core/base/path.hpp"
#include "core/package/archive.hpp"
#include "core/package/creatio/container.hpp"
#include "core/package/gzip.hpp"
#include "core/package/member_name.hpp"
#include "core/package/zip.hpp"

namespace backstay::creatio {
namespace {

using Outcome = Result<Nothing>;

std::string without_gz(std::string_view name) {
  if (name.size() > 3 && same_name(name.substr(name.size() - 3), ".gz")) name.remove_suffix(3);
  return std::string(name);
}

class Unpacker {
 public:
  // Without a sink everything is read and checked, nothing handed out.
  Unpacker(const Limits& limits, const UnpackSink* sink) : limits_(limits), sink_(sink), budget_(limits) {}

  Outcome archive(const std::shared_ptr<const ByteSource>& source, const std::string& name, const std::string& place, std::size_t depth) {
    switch (recognise_archive(*source)) {
      case ArchiveFormat::gzip: {
        auto bytes = read_all(*source, name, limits_.max_package_inflated_bytes);
        if (!bytes.ok()) return bytes.error();
        return container(std::as_bytes(std::span(bytes.value().data(), bytes.value().size())), name, without_gz(place));
      }
      case ArchiveFormat::zip: return zip(source, name, depth);
      case ArchiveFormat::none: break;
    }
    return Error{ErrorCode::not_recognised, {.file = name}, "neither gzip nor zip by its first bytes, so no packed package"};
  }

 private:
  Outcome zip(const std::shared_ptr<const ByteSource>& source, const std::string& name, std::size_t depth) {
    if (depth > limits_.max_archive_depth) {
      return Error{ErrorCode::limit_exceeded, {.file = name}, "archive inside archives, deeper than " + std::to_string(limits_.max_archive_depth)};
    }
    auto opened = ZipArchive::open(source, name, limits_, depth > 1 ? name + "/" : "");
    if (!opened.ok()) return opened.error();
    InflateBuffer raw, inflated;
    for (const ZipMember& member : opened.value().members()) {
      if (member.is_folder) continue;
      auto head = opened.value().head(member);
      if (!head.ok()) return head.error();
      // Read-me files beside the packages stay where they are.
      if (recognise_archive(std::as_bytes(std::span(head.value().data(), head.value().size()))) == ArchiveFormat::none) continue;
      auto bytes = opened.value().read(member, budget_, raw, inflated);
      if (!bytes.ok()) return bytes.error();
      const std::string place = opened.value().place(member);
      auto done = archive(std::make_shared<MemorySource>(as_text(bytes.value())), place, place, depth + 1);
      if (!done.ok()) return done;
    }
    return Nothing{};
  }

  Outcome container(std::span<const std::byte> packed, const std::string& name, const std::string& folder) {
    const auto look = [&](std::span<const std::byte> head, bool whole) { return check_container_head(head, whole, name, limits_); };
    auto data = gunzip(packed, name, budget_, container_, look);
    if (!data.ok()) return data.error();
    auto walked = read_container(data.value(), name, limits_);
    if (!walked.ok()) return walked.error();
    if (auto checked = check_names(walked.value(), name, folder); !checked.ok()) return checked;
    for (const Record& record : walked.value().records) {
      if (sink_ && !(*sink_)(folder + "/" + std::string(record.path), record.content)) return Error{ErrorCode::cancelled, {}, "stopped on request"};
    }
    return Nothing{};
  }

  Outcome check_names(const Container& walked, const std::string& name, const std::string& folder) {
    if (const std::string_view problem = file_name_problem(folder); !problem.empty()) {
      return Error{ErrorCode::unsafe, {.file = name}, "folder name \"" + folder + "\" " + std::string(problem)};
    }
    const std::string folded_folder = fold_case(folder);
    for (const std::string& other : folders_) {
      if (other == folded_folder || is_below(other, folded_folder) || is_below(folded_folder, other)) {
        return Error{ErrorCode::unsafe, {.file = name}, "two packages would be unpacked to \"" + folder + "\""};
      }
    }
    folders_.push_back(folded_folder);
    std::unordered_set<std::string> files;
    for (const Record& record : walked.records) files.insert(fold_case(record.path));
    for (const Record& record : walked.records) {
      const SourcePos at{.file = name, .offset = record.offset};
      if (const std::string_view problem = file_name_problem(record.path); !problem.empty()) {
        return Error{ErrorCode::unsafe, at, "record name \"" + std::string(record.path) + "\" " + std::string(problem) + ", at byte " + std::to_string(record.offset) + " of the inflated data"};
      }
      const std::string folded = fold_case(record.path);
      for (std::size_t slash = folded.find('/'); slash != std::string::npos; slash = folded.find('/', slash + 1)) {
        if (files.count(folded.substr(0, slash))) {
          return Error{ErrorCode::unsafe, at, "\"" + std::string(record.path.substr(0, slash)) + "\" would be a file and a folder, at byte " + std::to_string(record.offset) + " of the inflated data"};
        }
      }
    }
    return Nothing{};
  }

  const Limits& limits_;
  const UnpackSink* sink_;
  InflateBudget budget_;
  InflateBuffer container_;
  std::vector<std::string> folders_;  // that packages went to, folded
};

}  // namespace

Result<Nothing> unpack(const Input& input, const Limits& limits, const UnpackSink& sink) {
  if (input.is_folder || input.files.empty()) return Error{ErrorCode::not_recognised, {.file = input.path}, "only a packed package or a delivery can be unpacked"};
  const InputFile& file = input.files.front();
  const std::string& path = file.path.empty() ? input.path : file.path;
  const std::string name(base_name(path));
  if (auto checked = Unpacker(limits, nullptr).archive(file.bytes, name, name, 1); !checked.ok()) return checked;
  return Unpacker(limits, &sink).archive(file.bytes, name, name, 1);
}

}  // namespace backstay::creatio
