// SPDX-License-Identifier: Apache-2.0
#include "text/file_window.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace spillway::text {
namespace {

constexpr std::size_t kReadAtOnce = std::size_t{256} << 10U;

UniqueFd open_regular(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe must not block
  if (!fd) throw_errno("open", path);
  struct stat facts{};
  if (::fstat(fd.get(), &facts) != 0) throw_errno("stat", path);
  if (S_ISDIR(facts.st_mode)) throw Error(fmt::format("{}: is a directory, not a file", path));
  if (!S_ISREG(facts.st_mode)) throw Error(fmt::format("{}: is not a regular file", path));
  return fd;
}

std::size_t read_at(int fd, char* to, std::size_t bytes, std::uint64_t offset,
                    const std::string& path) {
  while (true) {
    const ssize_t done = ::pread(fd, to, bytes, static_cast<off_t>(offset));
    if (done >= 0) return static_cast<std::size_t>(done);
    if (errno != EINTR) throw_errno("read", path);
  }
}

}  // namespace

FileWindow::FileWindow(const std::string& path, Bytes longest)
    : path_(path), fd_(open_regular(path)), longest_(longest.count()), buffer_(kReadAtOnce) {}

std::string_view FileWindow::ahead() {
  if (position_ == end_) read_more();
  return {buffer_.data() + position_, end_ - position_};
}

bool FileWindow::read_more() {
  const std::size_t kept_from = hold_.value_or(position_);
  const std::size_t kept = end_ - kept_from;
  if (kept > longest_) {
    throw Error(
        fmt::format("{}:{}: expected no more than {} bytes in one piece, found a longer one", path_,
                    line_at(path_, start_ + kept_from), longest_));
  }
  std::memmove(buffer_.data(), buffer_.data() + kept_from, kept);
  start_ += kept_from;
  position_ -= kept_from;
  end_ = kept;
  if (hold_) hold_ = 0;
  if (buffer_.size() < kept + kReadAtOnce) buffer_.resize(std::max(2 * kept, kept + kReadAtOnce));
  const std::size_t got =
      read_at(fd_.get(), buffer_.data() + end_, kReadAtOnce, start_ + end_, path_);
  end_ += got;
  return got > 0;
}

std::string_view FileWindow::held() const {
  check(holding(), "something is held");
  const std::size_t from = hold_.value_or(position_);
  return {buffer_.data() + from, position_ - from};
}

std::uint64_t line_at(const std::string& path, std::uint64_t offset) {
  const UniqueFd fd = open_regular(path);
  std::vector<char> buffer(kReadAtOnce);
  std::uint64_t line = 1;
  for (std::uint64_t at = 0; at < offset;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kReadAtOnce, offset - at));
    const std::size_t got = read_at(fd.get(), buffer.data(), wanted, at, path);
    if (got == 0) break;
    line += static_cast<std::uint64_t>(
        std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
    at += got;
  }
  return line;
}

}  // namespace spillway::text
