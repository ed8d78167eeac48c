// SPDX-License-Identifier: Apache-2.0
#include "telemetry/bpftrace.h"

#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/size_text.h"
#include "telemetry/block_latency.h"
#include "telemetry/bpftrace_histograms.h"

namespace spillway::telemetry {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kAttachedLine = "attached\n";  // block_latency.bt prints it
constexpr std::string_view kName = "bpftrace";

std::optional<std::string> find_program(std::string_view search_path) {
  while (!search_path.empty()) {
    const std::size_t end = std::min(search_path.find(':'), search_path.size());
    const std::string path = fmt::format("{}/{}", search_path.substr(0, end), kName);
    std::error_code ignored;  // a path that cannot be looked at holds no program for us
    const bool file = end > 0 && std::filesystem::is_regular_file(path, ignored);
    if (file && ::access(path.c_str(), X_OK) == 0) return path;
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
  }
  return std::nullopt;
}

std::string content_of(const UniqueFd& file) {
  std::string text;
  std::array<char, 4096> part{};
  while (true) {
    const ssize_t got =
        ::pread(file.get(), part.data(), part.size(), static_cast<off_t>(text.size()));
    if (got <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

// By number, as the header of glibc 2.36 lacks the linkage that C++ needs.
UniqueFd watch_process(pid_t process) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}

// The first line that says something, without warnings: they come first and stop nothing.
std::string_view first_complaint(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty() && line.find("WARNING") == std::string_view::npos) return line;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return {};
}

std::string end_text(int status) {
  if (WIFEXITED(status)) return fmt::format("status {}", WEXITSTATUS(status));
  return fmt::format("signal {}", WTERMSIG(status));
}

// Where the child's standard streams go, and a clean state of signals: we block those that end us,
// and a child inherits that.
class SpawnPlan {
 public:
  SpawnPlan(int out, int err) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", 0, 0);
    ::posix_spawn_file_actions_adddup2(&files_, out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&files_, err, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t ending;
    sigemptyset(&none);
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &ending);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    constexpr int kFlags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(kFlags));
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  // 0, or the errno of what went wrong.
  int spawn(std::vector<std::string> arguments, pid_t& child) const {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    return ::posix_spawn(&child, pointers.front(), &files_, &attributes_, pointers.data(), environ);
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Bpftrace::Bpftrace(const BpftraceOptions& options) : options_(options) {
  const std::optional<std::string> program = find_program(options_.search_path);
  if (!program) {
    reason_ = "bpftrace is not on the PATH: install the package bpftrace";
  } else if (!options_.root) {
    reason_ = "bpftrace needs root: run this program as root to trace block latency";
  } else {
    start(*program);
  }
  if (child_ > 0) wait_until_attached();
}

Bpftrace::~Bpftrace() {
  if (child_ > 0) give_up("");
}

void Bpftrace::start(const std::string& program) {
  out_ = UniqueFd(::memfd_create("bpftrace-out", MFD_CLOEXEC));
  err_ = UniqueFd(::memfd_create("bpftrace-err", MFD_CLOEXEC));
  if (!out_ || !err_) {
    reason_ = fmt::format("make a file in memory: {}", errno_text(errno));
    return;
  }
  pid_t child = 0;
  const SpawnPlan plan(out_.get(), err_.get());
  const int error = plan.spawn({program, "-B", "none", "-e", std::string(block_latency_script()),
                                std::to_string(options_.process), std::to_string(options_.device)},
                               child);
  if (error != 0) {
    reason_ = fmt::format("start {}: {}", program, errno_text(error));
    return;
  }
  child_ = child;
  watch_ = watch_process(child);
  if (!watch_) give_up(fmt::format("watch {}: {}", program, errno_text(errno)));
}

void Bpftrace::wait_until_attached() {
  const auto limit = Steady::now() + options_.attach_limit;
  while (content_of(out_).find(kAttachedLine) == std::string::npos) {
    if (wait_for_end(milliseconds(20)) == Ended::yes) {
      reason_ = failure("ended before its probes were there");
      return;
    }
    if (Steady::now() >= limit) {
      give_up(failure(
          fmt::format("had not set its probes after {}", duration_text(options_.attach_limit))));
      return;
    }
  }
}

BpftraceResult Bpftrace::finish() {
  if (!reason_.empty()) return {.histograms = {}, .reason = reason_};
  kill_group(SIGINT);
  if (wait_for_end(options_.end_limit) == Ended::no) {
    give_up(failure(fmt::format("did not end within {} of being interrupted and was killed",
                                duration_text(options_.end_limit))));
    return {.histograms = {}, .reason = reason_};
  }
  if (status_ != 0) return {.histograms = {}, .reason = failure("failed")};
  try {
    BpftraceResult result{
        .histograms = parse_bpftrace_histograms(content_of(out_), "output of bpftrace"),
        .reason = {}};
    if (result.histograms.empty()) result.reason = failure("saw no I/O of this process or device");
    return result;
  } catch (const Error& error) {
    return {.histograms = {}, .reason = error.what()};
  }
}

// Reaps the child when it ends within the limit.
Bpftrace::Ended Bpftrace::wait_for_end(Duration limit) {
  if (child_ <= 0) return Ended::yes;
  const auto end = Steady::now() + limit;
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(end - Steady::now());
    pollfd watched = {.fd = watch_.get(), .events = POLLIN, .revents = 0};
    const int ready =
        ::poll(&watched, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Ended::no;
    ::waitpid(child_, &status_, 0);
    child_ = 0;
    return Ended::yes;
  }
}

void Bpftrace::give_up(std::string reason) {
  kill_group(SIGKILL);
  while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) {
  }
  child_ = 0;
  reason_ = std::move(reason);
}

// A child that has ended but is not reaped keeps its number, so this hits nobody else.
void Bpftrace::kill_group(int signal) const {
  if (child_ > 0) ::kill(-child_, signal);
}

// "bpftrace failed (status 1): ERROR: ..."
std::string Bpftrace::failure(std::string_view what) const {
  std::string text = fmt::format("{} {}", kName, what);
  if (child_ == 0 && status_ != 0) text += fmt::format(" ({})", end_text(status_));
  const std::string complaints = content_of(err_);
  const std::string_view first = first_complaint(complaints);
  if (!first.empty()) text += fmt::format(": {}", first);
  return text;
}

}  // namespace spillway::telemetry
