// SPDX-License-Identifier: Apache-2.0
#include "core/foreground_process.h"

#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "core/error.h"

namespace spillway {

ForegroundProcess::ForegroundProcess(const std::vector<std::string>& arguments) {
  check(!arguments.empty(), "a process has a program");
  std::vector<std::string> copies = arguments;
  std::vector<char*> pointers;
  pointers.reserve(copies.size() + 1);
  for (std::string& text : copies) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&usual, number);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const int error =
      ::posix_spawnp(&id_, pointers.front(), nullptr, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) throw Error(fmt::format("start {}: {}", arguments.front(), errno_text(error)));
}

void ForegroundProcess::signal(int number) const { ::kill(id_, number); }

ChildEnd ForegroundProcess::wait() const {
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0) {
    if (errno != EINTR) throw_errno("wait for process", std::to_string(id_));
  }
  return WIFSIGNALED(status) ? ChildEnd{.signal = WTERMSIG(status)}
                             : ChildEnd{.status = WEXITSTATUS(status)};
}

}  // namespace spillway
