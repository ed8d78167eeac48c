// SPDX-License-Identifier: Apache-2.0
#include "workload/plan_writer.h"

#include <cstdint>

#include "core/error.h"
#include "workload/numbering.h"
#include "workload/requests_jsonl.h"

namespace spillway::workload {
namespace {

// What the request adds: all of a prompt but what was said before.
Tokens added(const kv::Prompt& prompt) {
  Tokens sum;
  for (const kv::Piece& piece : prompt.pieces) {
    if (piece.role != kv::Role::history && piece.role != kv::Role::answer) sum += piece.tokens;
  }
  return sum;
}

std::uint64_t content_of(const kv::Prompt& prompt) {
  for (const kv::Piece& piece : prompt.pieces) {
    if (piece.role == kv::Role::fresh) return piece.id;
  }
  return 0;
}

}  // namespace

void write_plan(const Plan& plan, const std::function<void(std::string_view line)>& sink) {
  if (plan.summary().endless) {
    throw Error("the plan has no end to write; limit it with --max-requests");
  }
  // Names are numbered in the order in which they appear, as the reader does.
  Numbering<std::uint32_t> users;
  Numbering<std::uint64_t> conversations;
  RequestsWriter writer(plan.summary().by_time);
  const std::unique_ptr<Cursor> cursor = plan.cursor();
  for (std::uint64_t index = 0; index < plan.size(); ++index) {
    const Request request = cursor->read(index);
    ListedRequest listed;
    listed.user = users.number_of(request.user);
    if (request.conversation != 0) {
      listed.conversation = conversations.number_of(request.conversation) + 1;
      listed.turn = request.conversation_turn;
    }
    // A trace's prompt may be tokens that fill no block.
    const Tokens context =
        plan.summary().has_classes ? added(request.prompt) : request.input_tokens;
    listed.context = static_cast<std::uint32_t>(context.count());
    listed.generate = static_cast<std::uint32_t>(request.output_tokens.count());
    if (plan.summary().has_classes) {
      listed.qos = request.qos;
      listed.phase = request.phase;
    }
    listed.key = content_of(request.prompt);
    listed.due = request.due;
    sink(writer.line(listed));
  }
}

}  // namespace spillway::workload
