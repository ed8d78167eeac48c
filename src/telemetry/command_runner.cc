// SPDX-License-Identifier: Apache-2.0
#include "telemetry/command_runner.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "core/error.h"
#include "core/size_text.h"
#include "core/unique_fd.h"

namespace spillway::telemetry {
namespace {

constexpr std::size_t kMostOutput = 16U << 20U;  // a tool that writes more is not one of ours

std::string content_of(const UniqueFd& file) {
  std::string text;
  std::array<char, 4096> part{};
  while (text.size() < kMostOutput) {
    const ssize_t got =
        ::pread(file.get(), part.data(), part.size(), static_cast<off_t>(text.size()));
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

// A child in a process group of its own, its output in files in memory: no reader has to keep up.
class Child {
 public:
  // 0, or the errno of what went wrong.
  int start(const std::vector<std::string>& command, int out, int err) {
    std::vector<std::string> arguments = command;
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t files{};
    posix_spawnattr_t attributes{};
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", 0, 0);
    ::posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes);
    clean_signals(attributes);
    const int error =
        ::posix_spawnp(&process_, pointers.front(), &files, &attributes, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
    return error;
  }

  // How it ended, as waitpid() tells it; nothing when it had to be killed.
  std::optional<int> wait(Duration limit) const {
    const UniqueFd watch(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
    pollfd ready{.fd = watch.get(), .events = POLLIN, .revents = 0};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
    const bool ended = ::poll(&ready, 1, static_cast<int>(ms)) > 0;
    if (!ended) ::kill(-process_, SIGKILL);
    int status = 0;
    ::waitpid(process_, &status, 0);
    return ended ? std::optional(status) : std::nullopt;
  }

 private:
  // We block the signals that end us, and a child inherits that.
  static void clean_signals(posix_spawnattr_t& attributes) {
    sigset_t none;
    sigset_t ending;
    sigemptyset(&none);
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &ending);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    constexpr int kFlags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    ::posix_spawnattr_setflags(&attributes, static_cast<short>(kFlags));
  }

  pid_t process_ = 0;
};

std::string without_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

CommandAnswer failed(std::string error) {
  CommandAnswer answer;
  answer.err = error;
  answer.error = std::move(error);
  return answer;
}

CommandAnswer answer_of(std::optional<int> status, Duration limit, std::string out,
                        std::string err) {
  CommandAnswer answer;
  answer.out = std::move(out);
  answer.err = without_end(std::move(err));
  if (!status) {
    answer.error = fmt::format("had not ended after {} and was killed", duration_text(limit));
  } else if (WIFEXITED(*status)) {
    answer.return_code = WEXITSTATUS(*status);
    answer.success = answer.return_code == 0;
    if (!answer.success) {
      answer.error =
          answer.err.empty() ? fmt::format("status {}", *answer.return_code) : answer.err;
    }
  } else {
    answer.error = fmt::format("signal {}", WTERMSIG(*status));
  }
  return answer;
}

}  // namespace

CommandAnswer run_command(const std::vector<std::string>& command, Duration limit) {
  check(!command.empty(), "a command has a first word");
  const UniqueFd out(::memfd_create("command-out", MFD_CLOEXEC));
  const UniqueFd err(::memfd_create("command-err", MFD_CLOEXEC));
  if (!out || !err) return failed(fmt::format("make a file in memory: {}", errno_text(errno)));
  Child child;
  const int error = child.start(command, out.get(), err.get());
  if (error == ENOENT) return failed(kCommandNotFound);
  if (error != 0) return failed(fmt::format("start {}: {}", command.front(), errno_text(error)));
  const std::optional<int> status = child.wait(limit);
  return answer_of(status, limit, content_of(out), content_of(err));
}

std::string command_text(const std::vector<std::string>& command) {
  return fmt::format("{}", fmt::join(command, " "));
}

}  // namespace spillway::telemetry
