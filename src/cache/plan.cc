// SPDX-License-Identifier: Apache-2.0
#include "cache/plan.h"

#include "cache/index.h"

namespace spillway::cache {

Mark::~Mark() {
  if (index_ == nullptr) return;
  data_.result = Result::undone;
  index_->settle({this, 1});
}

void Match::release() {
  index_->unpin(pins_);
  pins_.clear();
}

}  // namespace spillway::cache
