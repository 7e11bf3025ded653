#include "native-plugin/apply/delivery.hpp"

#include <cstring>
#include <deque>
#include <memory>
#include <span>

#include "core/package/promotion/document.hpp"
#include "core/preflight.hpp"
#include "native-plugin/fs/digest.hpp"
#include "native-plugin/host/inputs.hpp"

namespace backstay::plugin {
namespace {

// A delivery is read twice: to be checked, and for what is applied. Files of a folder are opened once.
constexpr std::uint64_t most_kept_bytes = 256ull << 20, most_bytes_of_one = 1ull << 20;

class KeptFile final : public ByteSource {
 public:
  KeptFile(std::shared_ptr<const ByteSource> file, std::shared_ptr<std::uint64_t> room) : file_(std::move(file)), room_(std::move(room)) {}
  std::uint64_t size() const override { return file_->size(); }
  bool read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (!is_kept_ && !keep()) return file_->read(offset, into);
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset) return false;
    if (!into.empty()) std::memcpy(into.data(), bytes_.data() + offset, into.size());
    return true;
  }

 private:
  bool keep() const {
    const std::uint64_t size = file_->size();
    if (size > most_bytes_of_one || size > *room_) return false;
    bytes_.resize(static_cast<std::size_t>(size));
    if (!file_->read(0, bytes_)) return false;
    *room_ -= size;
    return is_kept_ = true;
  }

  std::shared_ptr<const ByteSource> file_;
  std::shared_ptr<std::uint64_t> room_;  // left for all files together
  mutable std::vector<std::byte> bytes_;
  mutable bool is_kept_ = false;
};

}  // namespace

Result<Delivery> read_delivery(const std::vector<std::string>& paths, const DeliveryOptions& options) {
  Delivery delivery;
  const Limits limits;
  std::vector<Input> inputs;
  std::vector<apply::Content> listed;
  const auto room = std::make_shared<std::uint64_t>(most_kept_bytes);
  for (const std::string& path : paths) {
    host::OpenedInput opened = host::open_input(path, limits);
    if (!opened.usable || opened.incomplete) {
      return Error{ErrorCode::unreadable, {}, path + ": " + (opened.findings.empty() ? "it cannot be read" : opened.findings.front().message)};
    }
    if (opened.input.is_folder) {
      for (InputFile& file : opened.input.files) file.bytes = std::make_shared<KeptFile>(std::move(file.bytes), room);
    }
    inputs.push_back(std::move(opened.input));
  }
  PreflightOptions preflight_options;
  preflight_options.dialect = options.engine;
  preflight_options.environment = options.environment;
  delivery.report = preflight(inputs, preflight_options, nullptr);
  if (delivery.report.unreadable_input) return delivery;

  std::deque<promotion::Document> documents;  // the plan's parameters point into them
  std::vector<const promotion::Document*> promotions;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (delivery.report.inputs[i].kind == InputKind::promotion) {
      auto text = read_all(*inputs[i].files.front().bytes, inputs[i].path, limits.max_promotion_bytes);
      if (!text.ok()) return text.error();
      auto document = promotion::read_document(text.value(), inputs[i].path, limits);
      if (!document.ok()) return document.error();
      delivery.promotions.emplace_back(document.value().text.text());
      documents.push_back(std::move(document.value()));
      promotions.push_back(&documents.back());
      continue;
    }
    auto read = apply::read_contents(inputs[i], limits, [&](std::string_view key, std::string_view bytes) {
      listed.push_back({std::string(key), inputs[i].path, bytes.size(), sha256(bytes)});
      delivery.contents.insert_or_assign(std::string(key), std::string(bytes));
      return true;
    });
    if (!read.ok()) return read.error();
  }
  const auto digest = [](std::string_view bytes) { return sha256(bytes); };
  const apply::PlanInput input{delivery.report, options.environment, listed, promotions, digest, options.engine};
  delivery.plan = options.is_uninstall ? apply::plan_uninstall(input) : apply::plan_apply(input);
  return delivery;
}

}  // namespace backstay::plugin
