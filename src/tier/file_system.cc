// SPDX-License-Identifier: Apache-2.0
#include "tier/file_system.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <vector>

#include "core/error.h"
#include "io/file.h"

namespace spillway::tier {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = line.find(' ');
    words.push_back(line.substr(0, end));
    line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  }
  return words;
}

std::optional<unsigned> number_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<DeviceNumber> device_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<unsigned> major = number_of(text.substr(0, colon));
  const std::optional<unsigned> minor = number_of(text.substr(colon + 1));
  if (!major || !minor) return std::nullopt;
  return DeviceNumber{.major = *major, .minor = *minor};
}

bool is_octal(std::string_view text) {
  return text.size() == 3 && text.find_first_not_of("01234567") == std::string_view::npos;
}

// The kernel writes space, tab, newline and backslash as \040, \011, \012 and \134.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 3);
    if (text[i] != '\\' || !is_octal(digits)) {
      plain += text[i];
      continue;
    }
    plain += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
    i += digits.size();
  }
  return plain;
}

// A line: "36 35 98:0 /root /point options tags... - type source options" (proc(5)).
std::optional<Mount> parse_mount(std::string_view line) {
  constexpr std::size_t kFewest = 9;
  const std::vector<std::string_view> words = words_of(line);
  std::size_t dash = 6;  // after the options; the tags before it are optional
  while (dash < words.size() && words[dash] != "-") ++dash;
  if (words.size() < kFewest || dash + 2 >= words.size()) return std::nullopt;
  const std::optional<DeviceNumber> device = device_of(words[2]);
  if (!device) return std::nullopt;
  return Mount{.device = *device,
               .point = unescaped(words[4]),
               .type = std::string(words[dash + 1]),
               .source = unescaped(words[dash + 2])};
}

bool holds(std::string_view point, std::string_view path) {
  if (point == "/") return true;
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

std::string text_of(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> text(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (text == nullptr) throw_errno("look at", path);
  return text.get();
}

// Some file systems (btrfs) have a number of their own, major 0; the device is what is mounted.
std::optional<DeviceNumber> block_device(const Mount& mount) {
  if (mount.device.major != 0) return mount.device;
  struct stat status{};
  if (::stat(mount.source.c_str(), &status) != 0 || !S_ISBLK(status.st_mode)) return std::nullopt;
  return DeviceNumber{.major = major(status.st_rdev), .minor = minor(status.st_rdev)};
}

}  // namespace

std::optional<Mount> mount_of(std::string_view mountinfo, std::string_view path) {
  std::optional<Mount> best;
  while (!mountinfo.empty()) {
    const std::size_t end = mountinfo.find('\n');
    std::optional<Mount> mount = parse_mount(mountinfo.substr(0, end));
    mountinfo = end == std::string_view::npos ? std::string_view() : mountinfo.substr(end + 1);
    if (!mount || !holds(mount->point, path)) continue;
    if (!best || mount->point.size() >= best->point.size()) best = std::move(mount);
  }
  return best;
}

FileSystemFacts file_system_facts(const std::string& path) {
  FileSystemFacts facts;
  facts.type = io::file_system_of(path);
  facts.free = io::free_space(path);
  const std::optional<Mount> mount = mount_of(text_of("/proc/self/mountinfo"), resolved(path));
  if (!mount) return facts;
  facts.type = mount->type;
  facts.source = mount->source;
  facts.device = block_device(*mount);
  return facts;
}

Bytes default_capacity(const FileSystemFacts& facts) { return facts.free / 100 * 95; }

}  // namespace spillway::tier
