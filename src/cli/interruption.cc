// SPDX-License-Identifier: Apache-2.0
#include "cli/interruption.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "cli/command.h"

namespace spillway::cli {

Interruption::Interruption() : signals_([this](int signal, int count) { heard(signal, count); }) {}

void Interruption::attach(Endings endings, const std::function<void()>& make) {
  const std::scoped_lock lock(mutex_);
  make();
  endings_ = std::move(endings);
  state_ = State::attached;
  if (first_ != 0) endings_.stop();
}

int Interruption::detach() {
  const std::scoped_lock lock(mutex_);
  state_ = State::between;
  endings_ = {};
  return first_;
}

void Interruption::heard(int signal, int count) {
  constexpr int kInsists = 3;
  if (count >= kInsists) ::_exit(kInterrupted);
  const std::scoped_lock lock(mutex_);
  if (state_ == State::nothing_made) ::_exit(kInterrupted);
  const bool is_first = first_ == 0;
  if (is_first) first_ = signal;
  if (state_ == State::between) return;
  if (is_first) {
    endings_.stop();
    return;
  }
  endings_.save_at_once(signal);
  std::fflush(nullptr);
  ::_exit(kInterrupted);
}

std::string name_of_signal(int signal) { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

}  // namespace spillway::cli
