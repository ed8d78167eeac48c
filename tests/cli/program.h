// The built program, run as a child.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/unique_fd.h"

namespace spillway::cli {

struct Ended {
  int status = -1;
  std::string out;
  std::string err;
};

// Starts with the given arguments; its output is read as it comes.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments)
      : Program(SPILLWAY_PROGRAM, arguments) {}
  // The same for another program, found on the path, that starts ours.
  Program(const std::string& name, const std::vector<std::string>& arguments) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(err.data(), O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) exec(name, arguments, out[1], err[1]);
    ::close(out[1]);
    ::close(err[1]);
    out_ = UniqueFd(out[0]);
    err_ = UniqueFd(err[0]);
  }
  ~Program() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const { ::kill(pid_, number); }

  // Reads until this text has come on standard error.
  bool wait_for(const std::string& text) {
    while (ended_.err.find(text) == std::string::npos) {
      if (!read_some()) return false;
    }
    return true;
  }

  // The same for standard output.
  bool wait_for_output(const std::string& text) {
    while (ended_.out.find(text) == std::string::npos) {
      if (!read_some()) return false;
    }
    return true;
  }

  Ended wait() {
    while (read_some()) {
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    ended_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    return ended_;
  }

 private:
  [[noreturn]] static void exec(const std::string& name, const std::vector<std::string>& arguments,
                                int out, int err) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    std::vector<std::string> all = {name};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(all.size() + 1);
    for (std::string& one : all) argv.push_back(one.data());
    argv.push_back(nullptr);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }

  // False when both ends are closed, or nothing came for a minute.
  bool read_some() {
    std::array<pollfd, 2> both = {pollfd{.fd = out_.get(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = err_.get(), .events = POLLIN, .revents = 0}};
    if (::poll(both.data(), both.size(), 60'000) <= 0) return false;
    const bool first = take(both[0], out_, ended_.out);
    return take(both[1], err_, ended_.err) || first;
  }
  static bool take(const pollfd& ready, UniqueFd& fd, std::string& text) {
    if (ready.revents == 0) return false;
    std::array<char, 4096> part{};
    const ssize_t got = ::read(fd.get(), part.data(), part.size());
    if (got <= 0) {
      fd = UniqueFd();
      return false;
    }
    text.append(part.data(), static_cast<std::size_t>(got));
    return true;
  }

  pid_t pid_ = 0;
  UniqueFd out_;
  UniqueFd err_;
  Ended ended_;
};

inline Ended run(const std::vector<std::string>& arguments) { return Program(arguments).wait(); }

}  // namespace spillway::cli
