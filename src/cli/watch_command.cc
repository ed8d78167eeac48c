// SPDX-License-Identifier: Apache-2.0
#include "cli/watch_command.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/flags.h"
#include "cli/signals.h"
#include "cli/watch_control.h"
#include "core/error.h"
#include "core/foreground_process.h"
#include "core/unique_fd.h"
#include "core/utc_time.h"
#include "record/io_files.h"
#include "record/new_file.h"
#include "report/watch_text.h"
#include "scenario/drive_settings.h"
#include "scenario/environment_variables.h"
#include "scenario/watch.h"

namespace spillway::cli {
namespace {

constexpr int kNotStarted = 127;  // as a shell has it
constexpr int kSignalled = 128;

// Both files anew, whole.
void write_results(scenario::Watch& watch) {
  record::write_new_file(watch.directory() + "/watch.json", report::watch_json(watch.run()));
  record::write_new_file(watch.directory() + "/watch.md", report::watch_text(watch.run()));
}

void finish(scenario::Watch& watch, const std::string& label, bool io_attribution) {
  watch.finish(label);
  if (io_attribution) {
    const std::string io = watch.directory() + "/io";
    std::filesystem::create_directory(io);
    record::write_io_files(io, watch.run().block_device, watch.io_samples());
  }
  write_results(watch);
}

class WatchCommand final : public Command {
 public:
  explicit WatchCommand(CLI::App& program)
      : app_(program.add_subcommand("watch",
                                    "Collect what drive collects, around a workload of your own")),
        settings_(scenario::watch_settings(), "watch"),
        flags_(*app_, settings_) {
    app_->add_option("command", command_, "what to run, behind --")->option_text("-- COMMAND ...");
    start_ = app_->add_subcommand("start", "Begin, and leave the collector running");
    snapshot_ = app_->add_subcommand("snapshot", "End a window and begin the next");
    snapshot_->add_option("--label", label_, "name of the window that ends [snapshot]");
    stop_ = app_->add_subcommand("stop", "End the last window and write the results");
    for (CLI::App* const one : {start_, snapshot_, stop_}) {
      one->fallthrough();
      one->footer(one == start_
                      ? "Takes the flags of watch. Statuses: 0 done, 1 failed, 2 bad input."
                      : "--run-dir says which. Statuses: 0 done, 1 failed, 2 bad input.");
    }
    app_->require_subcommand(0, 1);
    app_->footer(
        "Counters of the block device, of processes, memory and paging, the cache directory's "
        "files\n"
        "and a page of metrics at both ends of every window; the machine's figures at an interval\n"
        "(docs/watch.md). Results: watch.json, watch.md, telemetry/ and, with --io-attrib, io/.\n"
        "Examples:\n"
        "  spillway watch --run-dir copy -- dd if=/dev/zero of=file bs=1M count=64 oflag=direct\n"
        "  spillway watch start --run-dir night --worker-proc-pattern vllm --io-attrib\n"
        "  spillway watch snapshot --run-dir night --label populate\n"
        "  spillway watch stop --run-dir night\n"
        "Statuses: that of COMMAND, 128 + N when signal N ended it, 127 when it could not be "
        "started;\n"
        "of the others 0 done, 1 failed (none runs there, files that cannot be written), 2 bad "
        "input.");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    const scenario::EnvironmentVariables environment = scenario::process_environment();
    scenario::apply_drive_variables(environment, settings_);
    flags_.apply(environment);
    const bool controls = snapshot_->parsed() || stop_->parsed();
    if (!command_.empty() && (controls || start_->parsed())) {
      throw Error("watch start, snapshot and stop take no command");
    }
    if (command_.empty() && !controls && !start_->parsed()) {
      throw Error("watch: give a command behind --, or start, snapshot or stop");
    }
    if ((controls || start_->parsed()) && settings_.text("run-dir").empty()) {
      throw Error("watch start, snapshot and stop: give --run-dir");
    }
    if (controls) refuse_collectors();
    scenario::WatchConfig config = scenario::watch_config(settings_);
    if (config.run_dir.empty()) config.run_dir = "watch-" + utc_token(utc_now());
    try {
      if (controls) return control();
      return start_->parsed() ? start(config) : around(config);
    } catch (const Error& error) {
      fmt::print(stderr, "spillway: {}\n", error.what());
      return 1;
    }
  }

 private:
  // What is collected is decided at the start.
  void refuse_collectors() const {
    for (const record::Setting& one : settings_.effective()) {
      if (one.origin == record::Origin::command_line && one.name != "run-dir") {
        throw Error(fmt::format("--{}: give it to watch start", one.name));
      }
    }
  }

  int control() const {
    const std::string& directory = settings_.text("run-dir");
    if (snapshot_->parsed()) {
      ask_watch(directory, {.verb = "snapshot", .label = label_});
    } else {
      ask_watch(directory, {.verb = "stop", .label = {}});
      fmt::print("{}\n", directory);
    }
    return kSuccess;
  }

  // The terminal sends Ctrl-C to the command as well, which decides what it means.
  int around(const scenario::WatchConfig& config) const {
    std::atomic<const ForegroundProcess*> running = nullptr;
    std::atomic<int> heard = 0;
    const Signals signals([&](int signal, int /*count*/) {
      heard = signal;
      const ForegroundProcess* const child = running;
      if (child != nullptr && signal == SIGTERM) child->signal(signal);
    });
    scenario::Watch watch(config);
    watch.run().command = command_;
    if (heard != 0) {
      watch.run().ending = "interrupted before the command began";
      finish(watch, "command", config.io_attribution);
      return kSignalled + heard;
    }
    int status = kNotStarted;
    try {
      watch.command_begins();
      const ForegroundProcess child(command_);
      running = &child;
      if (heard == SIGTERM) child.signal(SIGTERM);  // it came while there was nobody to tell
      const ChildEnd end = child.wait();
      running = nullptr;
      watch.command_ended();
      watch.run().ending = to_text(end);
      status = end.signal == 0 ? end.status : kSignalled + end.signal;
    } catch (const Error& error) {
      fmt::print(stderr, "spillway: {}\n", error.what());
      watch.run().ending = error.what();
    }
    finish(watch, "command", config.io_attribution);
    fmt::print(stderr, "{}/watch.md\n", watch.directory());
    return status;
  }

  // Returns when the collector has begun, in a session of its own.
  static int start(const scenario::WatchConfig& config) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw_errno("make", "a pipe");
    const UniqueFd heard(pipe[0]);
    UniqueFd told(pipe[1]);
    std::fflush(nullptr);
    const pid_t id = ::fork();
    if (id < 0) throw_errno("start", "the collector");
    if (id == 0) collect(config, std::move(told));
    told = UniqueFd();
    std::string fault;
    std::array<char, 512> bytes{};
    for (ssize_t count = 0; (count = ::read(heard.get(), bytes.data(), bytes.size())) > 0;) {
      fault.append(bytes.data(), static_cast<std::size_t>(count));
    }
    if (fault != "begun") {
      ::waitpid(id, nullptr, 0);
      throw Error(fault.empty() ? "start the collector: it ended at once" : fault);
    }
    fmt::print("watching into {} (process {})\n", config.run_dir, id);
    return kSuccess;
  }

  [[noreturn]] static void collect(const scenario::WatchConfig& config, UniqueFd told) {
    const auto tell = [&](const std::string& text) {
      [[maybe_unused]] const ssize_t written = ::write(told.get(), text.data(), text.size());
      told = UniqueFd();
    };
    ::setsid();
    int status = 1;
    try {
      std::optional<WatchControl> control;
      const Signals signals([&](int /*signal*/, int /*count*/) {
        if (control) control->wake();
      });
      scenario::Watch watch(config);
      control.emplace(watch.directory());
      redirect(watch.directory() + "/watch.log");
      tell("begun");
      serve(watch, *control, config.io_attribution);
      status = kSuccess;
    } catch (const Error& error) {
      if (told) {
        tell(error.what());
      } else {
        fmt::print(stderr, "spillway: {}\n", error.what());
      }
    }
    std::fflush(nullptr);
    ::_exit(status);
  }

  static void redirect(const std::string& log) {
    const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const UniqueFd file(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (!file) throw_errno("make", log);
    ::dup2(nothing.get(), STDIN_FILENO);
    ::dup2(file.get(), STDOUT_FILENO);
    ::dup2(file.get(), STDERR_FILENO);
  }

  static void serve(scenario::Watch& watch, WatchControl& control, bool io_attribution) {
    write_results(watch);
    while (const std::optional<WatchRequest> request = control.next()) {
      if (request->verb == "stop") {
        watch.run().ending = "stopped";
        finish(watch, "stop", io_attribution);
        control.close();
        control.reply("");
        return;
      }
      watch.snapshot(request->label.empty() ? "snapshot" : request->label);
      write_results(watch);
      control.reply("");
    }
    watch.run().ending = "ended by a signal";
    finish(watch, "stop", io_attribution);
  }

  CLI::App* app_;
  scenario::Settings settings_;
  Flags flags_;
  CLI::App* start_ = nullptr;
  CLI::App* snapshot_ = nullptr;
  CLI::App* stop_ = nullptr;
  std::vector<std::string> command_;
  std::string label_;
};

}  // namespace

std::unique_ptr<Command> watch_command(CLI::App& program) {
  return std::make_unique<WatchCommand>(program);
}

}  // namespace spillway::cli
