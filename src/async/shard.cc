// SPDX-License-Identifier: Apache-2.0
#include "async/shard.h"

#include <pthread.h>

#include <exception>
#include <string>
#include <thread>
#include <vector>

namespace spillway::async {
namespace {

void run_on_one_thread(Clock& clock, unsigned count, const ShardBody& body) {
  Loop loop(clock);
  std::vector<Task<>> roots;
  roots.reserve(count);
  for (unsigned number = 0; number < count; ++number) roots.push_back(body(number, loop));
  loop.run(std::move(roots));
}

void run_one(Clock& clock, unsigned number, const ShardBody& body, std::exception_ptr& failure) {
  ::pthread_setname_np(::pthread_self(), ("shard-" + std::to_string(number)).c_str());
  try {
    Loop loop(clock);
    loop.run(body(number, loop));
  } catch (...) {
    failure = std::current_exception();
  }
}

}  // namespace

void run_shards(Clock& clock, unsigned count, const ShardBody& body) {
  if (clock.is_virtual()) {
    run_on_one_thread(clock, count, body);
    return;
  }
  std::vector<std::exception_ptr> failures(count);
  {
    std::vector<std::jthread> threads;
    threads.reserve(count);
    for (unsigned number = 0; number < count; ++number) {
      threads.emplace_back([&, number] { run_one(clock, number, body, failures[number]); });
    }
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace spillway::async
