// SPDX-License-Identifier: Apache-2.0
#include "cli/watch_control.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace spillway::cli {
namespace {

constexpr std::size_t kLongest = 4096;  // of a request or reply, in bytes
constexpr const char* kName = "watch.sock";

// A socket's path may have 107 bytes; by way of the directory's descriptor any directory will do.
sockaddr_un address_in(const UniqueFd& directory) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/{}", directory.get(), kName);
  path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  return address;
}

UniqueFd open_directory(const std::string& directory) {
  UniqueFd opened(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened) throw_errno("open", directory);
  return opened;
}

UniqueFd make_socket() {
  UniqueFd made(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!made) throw_errno("make", "a socket");
  return made;
}

std::optional<std::string> receive(const UniqueFd& socket) {
  std::array<char, kLongest> bytes{};
  const ssize_t count = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
  if (count <= 0) return std::nullopt;
  return std::string(bytes.data(), static_cast<std::size_t>(count));
}

bool send(const UniqueFd& socket, const std::string& text) {
  return ::send(socket.get(), text.data(), std::min(text.size(), kLongest), MSG_NOSIGNAL) >= 0;
}

}  // namespace

WatchControl::WatchControl(const std::string& directory)
    : path_(directory + "/" + kName), socket_(make_socket()), woken_(::eventfd(0, EFD_CLOEXEC)) {
  const UniqueFd place = open_directory(directory);
  const sockaddr_un address = address_in(place);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as bind() wants it
  const auto* const any = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(socket_.get(), any, sizeof address) != 0) throw_errno("make", path_);
  if (::listen(socket_.get(), 8) != 0) throw_errno("listen at", path_);
}

WatchControl::~WatchControl() { close(); }

void WatchControl::close() {
  if (!socket_) return;
  ::unlink(path_.c_str());
  socket_ = UniqueFd();
}

std::optional<WatchRequest> WatchControl::next() {
  while (true) {
    std::array<pollfd, 2> either = {{{.fd = socket_.get(), .events = POLLIN, .revents = 0},
                                     {.fd = woken_.get(), .events = POLLIN, .revents = 0}}};
    if (::poll(either.data(), either.size(), -1) < 0) {
      if (errno == EINTR) continue;
      throw_errno("wait at", path_);
    }
    if (either[1].revents != 0) return std::nullopt;
    peer_ = UniqueFd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer_) continue;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(peer_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const std::optional<std::string> text = receive(peer_);
    if (!text) continue;
    const std::size_t blank = std::min(text->find(' '), text->size());
    return WatchRequest{.verb = text->substr(0, blank),
                        .label = blank < text->size() ? text->substr(blank + 1) : ""};
  }
}

void WatchControl::reply(const std::string& fault) {
  send(peer_, fault.empty() ? "ok" : "fault " + fault);
  peer_ = UniqueFd();
}

void WatchControl::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(woken_.get(), &one, sizeof one);
}

void ask_watch(const std::string& directory, const WatchRequest& request) {
  const UniqueFd place = open_directory(directory);
  const UniqueFd socket = make_socket();
  const sockaddr_un address = address_in(place);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as connect() wants it
  const auto* const any = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.get(), any, sizeof address) != 0) {
    throw Error(fmt::format(
        "{} the watch of {}: none runs there ({}); `spillway watch start --run-dir DIR` starts one",
        request.verb, directory, errno_text(errno)));
  }
  const std::string text =
      request.label.empty() ? request.verb : fmt::format("{} {}", request.verb, request.label);
  const std::optional<std::string> answer = send(socket, text) ? receive(socket) : std::nullopt;
  if (!answer) {
    throw Error(
        fmt::format("{} the watch of {}: it ended without an answer; what it had written "
                    "is kept, {}/watch.log may say why",
                    request.verb, directory, directory));
  }
  if (*answer != "ok")
    throw Error(fmt::format("{} the watch of {}: {}", request.verb, directory, *answer));
}

}  // namespace spillway::cli
