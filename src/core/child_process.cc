// SPDX-License-Identifier: Apache-2.0
#include "core/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "core/error.h"

namespace spillway {
namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> variables_with(const std::vector<std::string>& more) {
  std::vector<std::string> all = more;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text(*variable);
    const std::string name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& given : more) replaced = replaced || given.starts_with(name);
    if (!replaced) all.push_back(text);
  }
  return all;
}

// All that the child needs, made before the fork: after it only system calls are allowed.
struct Prepared {
  std::vector<char*> arguments;
  std::vector<char*> variables;
  int input = -1;
  int output = -1;
  int failure = -1;  // where the child writes the errno of what went wrong
  pid_t parent = 0;
  bool pin = false;
  cpu_set_t cpus{};
};

[[noreturn]] void become(const Prepared& prepared) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
  ::signal(SIGPIPE, SIG_DFL);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != prepared.parent) ::_exit(1);  // it ended before we said so
  if (prepared.pin) ::sched_setaffinity(0, sizeof prepared.cpus, &prepared.cpus);
  ::dup2(prepared.input, STDIN_FILENO);
  ::dup2(prepared.output, STDOUT_FILENO);
  ::dup2(prepared.output, STDERR_FILENO);
  ::execvpe(prepared.arguments.front(), prepared.arguments.data(), prepared.variables.data());
  const int error = errno;
  [[maybe_unused]] const ssize_t told = ::write(prepared.failure, &error, sizeof error);
  ::_exit(127);
}

}  // namespace

std::string to_text(const ChildEnd& end) {
  return end.signal == 0 ? fmt::format("status {}", end.status)
                         : fmt::format("signal {}", end.signal);
}

ChildProcess::ChildProcess(const ChildOptions& options) {
  check(!options.arguments.empty(), "a child has a program");
  const std::string& program = options.arguments.front();
  const UniqueFd input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd output(
      ::open(options.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!output) throw_errno("write what a child says to", options.output);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw_errno("make a pipe to", program);
  const UniqueFd heard(pipe[0]);
  UniqueFd told(pipe[1]);
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> variables = variables_with(options.variables);
  Prepared prepared{.arguments = pointers_to(arguments),
                    .variables = pointers_to(variables),
                    .input = input.get(),
                    .output = output.get(),
                    .failure = told.get(),
                    .parent = ::getpid(),
                    .pin = !options.cpus.empty()};
  CPU_ZERO(&prepared.cpus);
  for (const unsigned cpu : options.cpus) CPU_SET(cpu, &prepared.cpus);
  id_ = ::fork();
  if (id_ < 0) throw_errno("start", program);
  if (id_ == 0) become(prepared);
  told = UniqueFd();
  watch_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
  int error = 0;
  if (::read(heard.get(), &error, sizeof error) == sizeof error) {
    wait(std::chrono::seconds(1));
    throw Error(fmt::format("start {}: {}", program, errno_text(error)));
  }
}

ChildProcess::~ChildProcess() {
  signal(SIGKILL);
  while (!wait(std::chrono::seconds(1))) {
  }
}

void ChildProcess::signal(int number) {
  if (!end_) ::kill(-id_, number);
}

std::optional<ChildEnd> ChildProcess::wait(std::chrono::milliseconds patience) {
  if (end_) return end_;
  pollfd ended{.fd = watch_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  int status = 0;
  if (::waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
  end_ = WIFSIGNALED(status) ? ChildEnd{.signal = WTERMSIG(status)}
                             : ChildEnd{.status = WEXITSTATUS(status)};
  return end_;
}

}  // namespace spillway
