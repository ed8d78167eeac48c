// A mutex that clang's thread-safety analysis knows, and that the coroutine trampoline can count.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#if defined(__clang__)
#define SPILLWAY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define SPILLWAY_THREAD_ATTRIBUTE(x)
#endif
#define SPILLWAY_CAPABILITY(x) SPILLWAY_THREAD_ATTRIBUTE(capability(x))
#define SPILLWAY_SCOPED_CAPABILITY SPILLWAY_THREAD_ATTRIBUTE(scoped_lockable)
#define SPILLWAY_GUARDED_BY(x) SPILLWAY_THREAD_ATTRIBUTE(guarded_by(x))
#define SPILLWAY_REQUIRES(...) SPILLWAY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define SPILLWAY_ACQUIRE(...) SPILLWAY_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define SPILLWAY_RELEASE(...) SPILLWAY_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))

namespace spillway {

// Locks this thread holds now. No coroutine may wait while it is above zero: the frame could go on
// only after others, which want the lock, have run. async::run() checks it after every resume.
inline thread_local int locks_held = 0;

class SPILLWAY_CAPABILITY("mutex") Mutex {
 public:
  void lock() SPILLWAY_ACQUIRE() {
    mutex_.lock();
    ++locks_held;
  }
  void unlock() SPILLWAY_RELEASE() {
    --locks_held;
    mutex_.unlock();
  }

 private:
  std::mutex mutex_;
};

class SPILLWAY_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) SPILLWAY_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() SPILLWAY_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

}  // namespace spillway
