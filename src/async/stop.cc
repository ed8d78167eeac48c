// SPDX-License-Identifier: Apache-2.0
#include "async/stop.h"

#include "core/error.h"

namespace spillway::async {

void StopListener::leave() {
  if (stop_ == nullptr) return;
  (previous_ == nullptr ? stop_->first_ : previous_->next_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  stop_ = nullptr;
  previous_ = next_ = nullptr;
}

Stop::Stop(Stop& parent) {
  if (parent.requested()) {
    requested_ = true;
  } else {
    parent.listen(*this);
  }
}

Stop::~Stop() { check(first_ == nullptr, "nobody listens to a stop that goes"); }

void Stop::request() {
  if (requested_) return;
  requested_ = true;
  while (first_ != nullptr) {
    StopListener& listener = *first_;
    listener.leave();
    listener.on_stop();
  }
}

void Stop::listen(StopListener& listener) {
  check(listener.stop_ == nullptr, "a listener listens to one stop");
  listener.stop_ = this;
  listener.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &listener;
  first_ = &listener;
}

}  // namespace spillway::async
