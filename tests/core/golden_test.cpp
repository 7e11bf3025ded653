// The golden cases that need no process, through the library: `check` of files, in every format. The
// command line runs all of them (golden/run.mjs); both have to agree. Format: tests/golden/README.md.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "core/config.hpp"

using namespace backstay;

namespace {

namespace fs = std::filesystem;

struct GoldenCase {
  std::vector<std::string> run;
  std::vector<std::pair<std::string, std::string>> files;  // path, bytes
  std::vector<std::pair<std::string, std::string>> data;   // name in the case, path below tests/data
  std::string expect;
  bool needs_process = false;  // standard input or standard error
};

std::string slurp(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> found;
  for (std::string word; stream >> word;) found.push_back(word);
  return found;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'x') {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += next == 'r' ? '\r' : next == 'n' ? '\n' : next == 't' ? '\t' : next == '0' ? '\0' : '\\';
    }
  }
  return out;
}

bool has(const std::vector<std::string>& list, const char* word) { return std::find(list.begin(), list.end(), word) != list.end(); }

void read_head(const std::string& line, GoldenCase& made) {
  if (line.starts_with("run: ")) made.run = words(line.substr(5));
  if (!line.starts_with("data: ")) return;
  const std::vector<std::string> parts = words(line.substr(6));
  made.data.push_back({parts.size() > 2 ? parts[2] : fs::path(parts[0]).filename().string(), parts[0]});
}

void end_block(const std::vector<std::string>& section, std::string text, GoldenCase& made) {
  if (section.empty()) return;
  if (has(section, "bare") && text.ends_with('\n')) text.pop_back();
  if (has(section, "escaped")) text = unescaped(text);
  if (section[0] == "input") made.files.push_back({section[1], text});
  if (section[0] == "expect") made.expect = text;
  if (section[0] == "stdin" || section[0] == "stderr") made.needs_process = true;
}

GoldenCase read_case(const fs::path& path) {
  GoldenCase made;
  std::istringstream lines(slurp(path));
  std::vector<std::string> section;
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("--- ")) {
      end_block(section, std::move(text), made);
      section = words(line.substr(4));
      text.clear();
    } else if (section.empty()) {
      read_head(line, made);
    } else {
      text += line + "\n";
    }
  }
  end_block(section, std::move(text), made);
  return made;
}

// What a host computes, and what differs from run to run.
std::string normalised(std::string text) {
  // Rule pages have tests of their own, and are too long a line for std::regex.
  for (std::size_t at = text.find("\"markdown\": \"# "); at != std::string::npos; at = text.find("\"markdown\": \"# ", at + 1)) {
    text.replace(at, text.find('\n', at) - at, "\"markdown\": \"PAGE\"");
  }
  text = std::regex_replace(text, std::regex("\"sha256\": (null|\"[0-9a-f]{64}\")"), "\"sha256\": X");
  text = std::regex_replace(text, std::regex("<td><code>[0-9a-f]{64}</code></td>"), "<td><code></code></td>");
  text = std::regex_replace(text, std::regex("(\"name\": \"backstay\",\\s+\"version\": \")[0-9][^\"]*\""), "$1VERSION\"");
  return std::regex_replace(text, std::regex("backstay [0-9]+\\.[0-9]+\\.[0-9]+"), "backstay VERSION");
}

Input memory_input(const std::string& path, const std::string& bytes) {
  Input input;
  input.path = path;
  input.files.push_back({fs::path(path).filename().string(), std::make_shared<MemorySource>(bytes)});
  return input;
}

Input folder_input(const std::string& name, const fs::path& folder) {
  Input input;
  input.path = name;
  input.is_folder = true;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    input.files.push_back({fs::relative(entry.path(), folder).generic_string(), std::make_shared<MemorySource>(slurp(entry.path()))});
  }
  std::sort(input.files.begin(), input.files.end(), [](const InputFile& a, const InputFile& b) { return a.path < b.path; });
  return input;
}

std::optional<Input> find_input(const GoldenCase& made, const std::string& path) {
  for (const auto& [name, bytes] : made.files) {
    if (name == path) return memory_input(path, bytes);
  }
  for (const auto& [name, from] : made.data) {
    const fs::path source = fs::path(BACKSTAY_SOURCE_DIR) / "tests/data" / from;
    if (name == path) return fs::is_directory(source) ? folder_input(path, source) : memory_input(path, slurp(source));
  }
  return std::nullopt;
}

// nullopt when the case uses what only the program has.
std::optional<std::string> run_case(const GoldenCase& made) {
  if (made.needs_process || made.run.empty() || made.run[0] != "check") return std::nullopt;
  PreflightOptions options;
  report::Format format = report::Format::text;
  report::WriteOptions write;
  std::vector<Input> inputs;
  for (std::size_t i = 1; i < made.run.size(); ++i) {
    const std::string& word = made.run[i];
    if (word == "--quiet") {
      write.quiet = true;
    } else if (word == "--format") {
      format = *report::format_from(made.run[++i]);
    } else if (word == "--dialect") {
      options.dialect = dialect_from(made.run[++i]);
    } else if (word.starts_with("--")) {
      return std::nullopt;
    } else {
      std::optional<Input> input = find_input(made, word);
      if (!input) return std::nullopt;
      inputs.push_back(std::move(*input));
    }
  }
  // SARIF lists the digest of an input only when a host has computed it.
  if (format == report::Format::sarif) return std::nullopt;
  return normalised(report::write(preflight(inputs, options, nullptr), format, write));
}

}  // namespace

TEST_CASE("golden cases: the library gives what the program gives") {
  std::size_t ran = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(BACKSTAY_SOURCE_DIR) / "tests/golden")) {
    if (entry.path().extension() != ".case") continue;
    const GoldenCase made = read_case(entry.path());
    const std::optional<std::string> result = run_case(made);
    if (!result) continue;
    CAPTURE(entry.path().filename().string());
    CHECK(*result == normalised(made.expect));
    ++ran;
  }
  CHECK(ran > 25);  // a runner that finds nothing must not pass
}
