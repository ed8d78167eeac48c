// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include <pthread.h>

#include <csignal>
#include <ctime>
#include <utility>

namespace spillway::cli {
namespace {

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void listen(const std::stop_token& stop, const Signals::Heard& heard) {
  const sigset_t set = ending_signals();
  constexpr timespec kPatience = {.tv_sec = 0, .tv_nsec = 50'000'000};  // to notice the stop
  for (int count = 0; !stop.stop_requested();) {
    const int signal = ::sigtimedwait(&set, nullptr, &kPatience);
    if (signal > 0) heard(signal, ++count);
  }
}

}  // namespace

Signals::Signals(Heard heard) {
  const sigset_t set = ending_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  listener_ = std::jthread(
      [heard = std::move(heard)](const std::stop_token& stop) { listen(stop, heard); });
}

Signals::~Signals() {
  listener_ = {};
  const sigset_t set = ending_signals();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace spillway::cli
