// SPDX-License-Identifier: Apache-2.0
#include "record/run_directory.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>

#include "core/error.h"
#include "core/unique_fd.h"

namespace spillway::record {
namespace {

namespace fs = std::filesystem;

std::string absolute_path(const std::string& path) {
  if (path.empty()) throw Error("run directory: the path is empty; give one with --run-dir");
  fs::path result = fs::absolute(path).lexically_normal();
  if (!result.has_filename()) result = result.parent_path();  // "out/" means "out"
  return result.string();
}

void refuse_existing(const std::string& path) {
  std::error_code failure;
  const fs::file_status status = fs::symlink_status(path, failure);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) {
    throw Error(
        fmt::format("run directory {}: exists and is not a directory; name another with "
                    "--run-dir",
                    path));
  }
  if (!fs::is_empty(path, failure) || failure) {
    throw Error(
        fmt::format("run directory {}: is not empty, and results are never overwritten; name "
                    "another with --run-dir",
                    path));
  }
}

void require_parent(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  std::error_code failure;
  if (!fs::is_directory(parent, failure)) {
    throw Error(
        fmt::format("run directory {}: {} is not a directory; make it first", path, parent));
  }
}

// Names in a directory last once the directory itself is on the device.
void sync_directory(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw_errno("open directory", path);
  // Some file systems cannot sync a directory; the rename itself has happened.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) throw_errno("sync directory", path);
}

void write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

RunDirectory::RunDirectory(const std::string& path, Parent parent) : path_(absolute_path(path)) {
  refuse_existing(path_);
  const std::string parent_path = fs::path(path_).parent_path().string();
  if (parent == Parent::is_made && ::mkdir(parent_path.c_str(), 0777) == 0) {
    made_parent_ = parent_path;
  }
  require_parent(path_);
  partial_ = fmt::format("{}.partial-{}", path_, ::getpid());
  if (::mkdir(partial_.c_str(), 0777) != 0) throw_errno("make run directory", partial_);
}

RunDirectory::~RunDirectory() {
  if (finished_) return;
  for (const std::string& name : names_) ::unlink((partial_ + "/" + name).c_str());
  ::rmdir(partial_.c_str());  // refused while it holds something that is not ours
  if (!made_parent_.empty()) ::rmdir(made_parent_.c_str());  // likewise
}

void RunDirectory::write(std::string_view name, std::string_view text) {
  const std::string path = path_of(name);
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd) throw_errno("create", path);
  write_all(fd.get(), text, path);
  if (::fsync(fd.get()) != 0) throw_errno("sync", path);
}

std::string RunDirectory::path_of(std::string_view name) {
  check(!name.empty() && name.find('/') == std::string_view::npos, "a file of the run directory");
  names_.emplace(name);
  return (finished_ ? path_ : partial_) + "/" + std::string(name);
}

void RunDirectory::commit() {
  check(!finished_, "a run directory is committed once");
  sync_directory(partial_);
  finished_ = true;  // from here on the files stay, wherever they are
  // An empty directory of that name is replaced; rename refuses one that has been filled meanwhile.
  if (::rename(partial_.c_str(), path_.c_str()) != 0) {
    const std::string reason = errno_text(errno);
    const std::string wanted = std::exchange(path_, partial_);
    throw Error(fmt::format("run directory {}: {}; the results stay in {}", wanted, reason, path_));
  }
  sync_directory(fs::path(path_).parent_path().string());
}

const std::string& RunDirectory::keep_partial() {
  finished_ = true;
  path_ = partial_;
  return path_;
}

}  // namespace spillway::record
