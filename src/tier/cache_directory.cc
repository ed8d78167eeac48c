// SPDX-License-Identifier: Apache-2.0
#include "tier/cache_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "kv/block_key.h"

namespace spillway::tier {
namespace {

constexpr const char* kMarker = ".spillway";
constexpr const char* kSlab = "slab";
constexpr const char* kAdapters = "lora";
constexpr std::string_view kAdapterPrefix = "adapter-";
constexpr std::string_view kPrefix = "spillway-";
constexpr mode_t kDirectoryMode = 0700;  // KV caches hold what users said
constexpr mode_t kFileMode = 0600;

UniqueFd open_directory(int parent, const char* name) {
  return UniqueFd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// Names in a directory, but for "." and ".."; none when it cannot be read.
std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  // Opened anew: a duplicate would share the position of whoever read it before.
  const int own = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (own < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(own), &::closedir);
  if (stream == nullptr) {
    ::close(own);
    return names;
  }
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool are_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "spillway-<pid>-<n>".
bool is_our_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  const std::size_t dash = name.find('-');
  return dash != std::string_view::npos && are_digits(name.substr(0, dash)) &&
         are_digits(name.substr(dash + 1));
}

bool is_hex_digit(std::string_view name) {
  return name.size() == 1 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Marked, or empty: another run has made it and is about to mark it.
bool is_ours(int parent, const std::string& name) {
  if (!is_our_name(name)) return false;
  const UniqueFd directory = open_directory(parent, name.c_str());
  if (!directory) return false;
  const std::vector<std::string> names = names_in(directory.get());
  return names.empty() || contains(names, kMarker);
}

bool lock(int directory) { return ::flock(directory, LOCK_EX | LOCK_NB) == 0; }

using GoOn = std::function<bool()>;

void remove_block_files(int directory, const GoOn& go_on) {
  for (const std::string& name : names_in(directory)) {
    if (!go_on()) return;
    if (kv::parse_block_key(name)) ::unlinkat(directory, name.c_str(), 0);
  }
}

// The two levels of a FileTree, "0/0" to "f/f", as far as they hold nothing else.
void remove_tree(int root, unsigned levels, const GoOn& go_on) {
  if (levels == 0) {
    remove_block_files(root, go_on);
    return;
  }
  for (const std::string& name : names_in(root)) {
    if (!is_hex_digit(name)) continue;
    const UniqueFd directory = open_directory(root, name.c_str());
    if (!directory) continue;
    remove_tree(directory.get(), levels - 1, go_on);
    ::unlinkat(root, name.c_str(), AT_REMOVEDIR);
  }
}

// "lora/adapter-<n>", whole or half made.
void remove_adapters(int directory, const GoOn& go_on) {
  const UniqueFd adapters = open_directory(directory, kAdapters);
  if (!adapters) return;
  for (const std::string& name : names_in(adapters.get())) {
    if (!go_on()) return;
    const std::string_view visible = std::string_view(name).substr(name.starts_with('.') ? 1 : 0);
    const bool ours =
        visible.starts_with(kAdapterPrefix) &&
        visible.find_first_not_of("0123456789", kAdapterPrefix.size()) == std::string_view::npos;
    if (ours) ::unlinkat(adapters.get(), name.c_str(), 0);
  }
  ::unlinkat(directory, kAdapters, AT_REMOVEDIR);
}

// What we made in `directory`, and itself if that was all. The marker goes last: with it, what
// could not be removed today is still known as ours.
void remove_made(int directory, const std::string& path, const GoOn& go_on = [] { return true; }) {
  ::unlinkat(directory, kSlab, 0);
  remove_tree(directory, 2, go_on);
  remove_adapters(directory, go_on);
  const std::vector<std::string> left = names_in(directory);
  if (left != std::vector<std::string>{kMarker}) return;
  ::unlinkat(directory, kMarker, 0);
  ::rmdir(path.c_str());
}

void remove_if_left_behind(int parent, const std::string& parent_path, const std::string& name) {
  const UniqueFd directory = open_directory(parent, name.c_str());
  // Marked means that its maker had the lock before; free now means that the maker is gone.
  if (!directory || !lock(directory.get())) return;
  if (!contains(names_in(directory.get()), kMarker)) return;
  remove_made(directory.get(), parent_path + '/' + name);
}

std::string checked_directory(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) throw_errno("look at cache directory", path);
    throw Error("cache directory " + path +
                " does not exist: create it (mkdir -p) or choose another");
  }
  if (!S_ISDIR(status.st_mode)) {
    throw Error("cache directory " + path + " is not a directory: choose another");
  }
  if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0) throw_errno("use cache directory", path);
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real == nullptr) throw_errno("look at cache directory", path);
  return real.get();
}

void refuse_foreign(int parent, const std::string& path, const std::vector<std::string>& names) {
  if (contains(names, kMarker)) return;
  const auto foreign = std::ranges::find_if(names, [parent](const std::string& name) {
    return name != "lost+found" && !is_ours(parent, name);
  });
  if (foreign == names.end()) return;
  throw Error("cache directory " + path + " holds '" + *foreign +
              "', which Spillway did not make: choose an empty directory, or put an empty file "
              "named .spillway into this one to share it");
}

// A name that nobody has: another cache of this process may be open, or a dead run had our number.
std::string make_subdirectory(const std::string& parent) {
  std::string stem = parent;
  stem.append("/").append(kPrefix).append(std::to_string(::getpid())).append("-");
  for (unsigned n = 0;; ++n) {
    std::string path = stem;
    path.append(std::to_string(n));
    if (::mkdir(path.c_str(), kDirectoryMode) == 0) return path;
    if (errno != EEXIST) throw_errno("make directory", path);
  }
}

void write_marker(int directory, const std::string& path) {
  const UniqueFd file(
      ::openat(directory, kMarker, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kFileMode));
  if (!file) throw_errno("mark", path);
  const std::string text = "Made by spillway, process " + std::to_string(::getpid()) +
                           ", for cached blocks. Removed when that process is gone and Spillway "
                           "next runs here.\n";
  if (::write(file.get(), text.data(), text.size()) < 0) throw_errno("mark", path);
}

}  // namespace

CacheDirectory CacheDirectory::open(const std::string& path) {
  const std::string parent_path = checked_directory(path);
  const UniqueFd parent = open_directory(AT_FDCWD, parent_path.c_str());
  if (!parent) throw_errno("open cache directory", path);
  const std::vector<std::string> names = names_in(parent.get());
  refuse_foreign(parent.get(), path, names);
  for (const std::string& name : names) {
    if (is_our_name(name)) remove_if_left_behind(parent.get(), parent_path, name);
  }
  const std::string own = make_subdirectory(parent_path);
  UniqueFd directory = open_directory(AT_FDCWD, own.c_str());
  if (!directory) throw_errno("open", own);
  if (!lock(directory.get())) throw_errno("lock", own);
  write_marker(directory.get(), own);
  return {own, std::move(directory)};
}

CacheDirectory::CacheDirectory(std::string path, UniqueFd lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

bool CacheDirectory::remove(const std::function<bool()>& go_on) {
  remove_made(lock_.get(), path_, go_on);
  return ::access(path_.c_str(), F_OK) != 0;
}

CacheDirectory::~CacheDirectory() {
  if (lock_) remove_made(lock_.get(), path_);
}

}  // namespace spillway::tier
