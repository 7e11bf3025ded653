// backstay pack and unpack: Creatio containers, both ways.
#include <sys/stat.h>

#include <filesystem>
#include <memory>

#include "core/package/creatio/pack.hpp"
#include "core/package/creatio/unpack.hpp"
#include "native-plugin/host/checking_options.hpp"
#include "native-plugin/host/commands.hpp"
#include "native-plugin/host/exit_code.hpp"
#include "native-plugin/host/inputs.hpp"
#include "native-plugin/host/interrupt.hpp"
#include "native-plugin/host/output.hpp"

namespace backstay::host {
namespace {

namespace fs = std::filesystem;

struct PackOptions {
  std::vector<std::string> folders;
  std::string output;
  bool slash = false;
};

bool all_readable(const OpenedInput& opened) {
  for (const Finding& finding : opened.findings) {
    Error error{ErrorCode::unreadable, finding.at, finding.message};
    complain(with_place(error));
  }
  return opened.usable && !opened.incomplete;
}

Result<std::string> pack_inputs(const std::vector<Input>& inputs, bool is_delivery, const creatio::PackOptions& options) {
  if (is_delivery) return creatio::pack_delivery(inputs, Limits{}, options);
  Result<creatio::PackedPackage> packed = creatio::pack_package(inputs.front(), Limits{}, options);
  if (!packed.ok()) return packed.error();
  return std::move(packed.value().bytes);
}

int pack_folders(const PackOptions& options) {
  const Limits limits;
  std::vector<Input> inputs;
  for (const std::string& folder : options.folders) {
    OpenedInput opened = open_input(folder, limits);
    if (!all_readable(opened)) return unreadable;
    if (!opened.input.is_folder) {
      complain("\"" + folder + "\" is no folder");
      return unreadable;
    }
    inputs.push_back(std::move(opened.input));
  }
  const bool is_delivery = inputs.size() > 1 || fs::path(options.output).extension() == ".zip";
  const Result<std::string> bytes = pack_inputs(inputs, is_delivery, {.slash = options.slash});
  if (!bytes.ok()) {
    complain(with_place(bytes.error()));
    return unreadable;
  }
  const Result<Nothing> written = write_file(options.output, bytes.value());
  if (!written.ok()) {
    complain(written.error().message);
    return usage;
  }
  return done;
}

// Writes the files of a container below one folder. Names were checked by the core; that no symbolic
// link inside the folder leads out of it is checked here, where links are known.
class Unpacker {
 public:
  explicit Unpacker(fs::path root) : root_(std::move(root)) {}

  bool write(std::string_view path, std::string_view bytes) {
    if (!tidy_) tidy_.emplace();
    if (was_interrupted()) return false;
    const fs::path target = root_ / fs::path(path);
    if (!make_folder(target.parent_path())) return false;
    struct stat facts{};
    if (::lstat(target.c_str(), &facts) == 0) return fail("\"" + target.string() + "\" exists already; nothing is overwritten");
    const Result<Nothing> written = write_file(target.string(), bytes);
    if (!written.ok()) return fail(written.error().message);
    return true;
  }

  bool make_folder(const fs::path& folder) {
    if (folder == made_) return true;
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem) return fail("cannot make \"" + folder.string() + "\": " + problem.message());
    for (fs::path at = folder; at != root_ && at.has_relative_path(); at = at.parent_path()) {
      if (fs::is_symlink(at, problem)) return fail("\"" + at.string() + "\" is a symbolic link; nothing is written through it");
    }
    made_ = folder;
    return true;
  }

  const std::string& problem() const { return problem_; }

 private:
  bool fail(std::string message) {
    problem_ = std::move(message);
    return false;
  }
  // From the first file on an interrupt waits for the end of the present one.
  std::optional<DeferInterrupts> tidy_;
  fs::path root_, made_;
  std::string problem_;
};

int unpack_file(const std::string& file, const std::string& folder) {
  const Limits limits;
  OpenedInput opened = open_input(file, limits);
  if (!all_readable(opened)) return unreadable;
  if (opened.input.is_folder) {
    complain("\"" + file + "\" is a folder; unpack wants a .gz package or a delivery .zip");
    return unreadable;
  }
  Unpacker unpacker{fs::path(folder)};
  const Result<Nothing> unpacked = creatio::unpack(opened.input, limits, [&](std::string_view path, std::string_view bytes) {
    return unpacker.write(path, bytes);
  });
  if (!unpacker.problem().empty()) {
    complain(unpacker.problem());
    return usage;
  }
  if (was_interrupted()) return interrupted;
  if (!unpacked.ok()) {
    complain(with_place(unpacked.error()));
    return unreadable;
  }
  return done;
}

}  // namespace

Action add_pack(CLI::App& app) {
  CLI::App* command = app.add_subcommand("pack", "Pack package folders into a .gz container or a delivery .zip, reproducibly");
  const auto options = std::make_shared<PackOptions>();
  command->add_option("FOLDER", options->folders, "package folders; several make a delivery")->required()->option_text("...");
  command->add_option("-o,--output", options->output, "the file to write; a name ending in .zip makes a delivery of one package too")
      ->required()
      ->option_text("FILE");
  command->add_flag("--slash", options->slash, "write record names with / as packed on Linux, not with the vendor's usual \\");
  return [options] { return pack_folders(*options); };
}

Action add_unpack(CLI::App& app) {
  CLI::App* command = app.add_subcommand("unpack", "Unpack a .gz container or a delivery .zip below a folder");
  const auto file = std::make_shared<std::string>();
  const auto folder = std::make_shared<std::string>();
  command->add_option("FILE", *file, "a .gz package or a delivery .zip")->required()->option_text(" ");
  command->add_option("-o,--output", *folder, "the folder to write into; made when it is not there")->required()->option_text("DIR");
  return [file, folder] { return unpack_file(*file, *folder); };
}

}  // namespace backstay::host
