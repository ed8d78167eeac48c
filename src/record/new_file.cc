// SPDX-License-Identifier: Apache-2.0
#include "record/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "core/unique_fd.h"

namespace spillway::record {

NewFile::NewFile(const std::string& path) : path_(path), draft_(path + ".part") {
  file_ = std::fopen(draft_.c_str(), "we");
  if (file_ == nullptr) throw_errno("create", draft_);
}

NewFile::~NewFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  ::unlink(draft_.c_str());
}

void NewFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) throw_errno("write", draft_);
}

void NewFile::keep() {
  const bool durable = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0;
  const bool closed = std::fclose(file_) == 0;
  file_ = nullptr;
  if (durable && closed && std::rename(draft_.c_str(), path_.c_str()) == 0) return;
  const int error = errno;
  ::unlink(draft_.c_str());
  throw_errno("write", path_, error);
}

void write_new_file(const std::string& path, std::string_view text) {
  NewFile file(path);
  file.write(text);
  file.keep();
}

void check_writable(const std::string& path) {
  const bool existed = std::filesystem::exists(path);
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (!fd) throw_errno("write", path);
  if (!existed) ::unlink(path.c_str());
}

}  // namespace spillway::record
