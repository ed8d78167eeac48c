// Stop: how a shard's work is told to end early.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway::async {

class Stop;

// What a waiting frame leaves with a Stop: on_stop() is called once, from request(). It takes
// itself off the list when it goes. Lives on one shard.
class StopListener {
 public:
  StopListener() = default;
  StopListener(const StopListener&) = delete;
  StopListener& operator=(const StopListener&) = delete;
  virtual ~StopListener() { leave(); }

  virtual void on_stop() = 0;
  void leave();

 private:
  friend class Stop;
  Stop* stop_ = nullptr;
  StopListener* previous_ = nullptr;
  StopListener* next_ = nullptr;
};

// One-way: once requested it stays so. Belongs to one shard and is not thread-safe; another thread
// stops a shard by posting to its loop. A child is requested with its parent, not the other way.
// Waits test requested() before they start and listen while they wait.
class Stop final : private StopListener {
 public:
  Stop() = default;
  explicit Stop(Stop& parent);
  ~Stop() override;

  bool requested() const { return requested_; }
  void request();
  void listen(StopListener& listener);

 private:
  friend class StopListener;
  void on_stop() override { request(); }

  bool requested_ = false;
  StopListener* first_ = nullptr;
};

}  // namespace spillway::async
