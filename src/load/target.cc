// SPDX-License-Identifier: Apache-2.0
#include "load/target.h"

namespace spillway::load {

void identify(const workload::Request& request, record::RequestRow& row) {
  row.index = request.index;
  row.user = request.user;
  row.turn = static_cast<std::uint32_t>(request.turn);
  row.conversation = request.conversation;
  row.qos = request.qos;
  row.phase = request.phase;
  row.input_tokens = request.input_tokens.count();
  row.output_tokens = request.output_tokens.count();
}

}  // namespace spillway::load
