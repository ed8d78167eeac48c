// SPDX-License-Identifier: Apache-2.0
#include "load/origin_dialler.h"

#include <utility>

namespace spillway::load {
namespace {

record::CompletionFault fault_of(net::DialFault fault) {
  switch (fault) {
    case net::DialFault::none:
      return record::CompletionFault::none;
    case net::DialFault::tls:
      return record::CompletionFault::tls;
    case net::DialFault::stopped:
      return record::CompletionFault::stopped;
    default:
      return record::CompletionFault::connect;
  }
}

}  // namespace

async::Task<Dialler::Result> OriginDialler::dial(async::Stop& stop) {
  net::Dialled dialled = co_await origin_.dial(loop_, stop);
  co_return Result{.stream = std::move(dialled.stream),
                   .fault = fault_of(dialled.fault),
                   .detail = std::move(dialled.detail)};
}

}  // namespace spillway::load
