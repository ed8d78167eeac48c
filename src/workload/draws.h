// Draws that every workload of conversations makes alike.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/random.h"
#include "core/request_class.h"
#include "workload/session_options.h"

namespace spillway::workload {

inline Qos draw_qos(const SessionOptions& session, std::uint32_t user, std::uint64_t request) {
  Random random({.seed = session.seed, .purpose = Purpose::qos, .user = user, .request = request});
  const double draw = random.uniform();
  if (draw < session.qos.interactive) return Qos::interactive;
  return draw < session.qos.responsive ? Qos::responsive : Qos::batch;
}

}  // namespace spillway::workload
