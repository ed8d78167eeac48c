// PersonaTurns: synthetic users of three kinds, each of whom goes from conversation to
// conversation. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "workload/session_options.h"
#include "workload/turn_source.h"

namespace spillway::workload {

struct PersonaOptions {
  std::uint32_t users = 1;
  std::array<Persona, 3> personas = kPersonas;
  // The plan ends with this request, or once every user could have asked for this long, whatever
  // comes first; at least one of the two is given.
  std::optional<std::uint64_t> most_requests = std::nullopt;
  std::optional<Duration> length = std::nullopt;
  double think_scale = 1;  // by which the load multiplies pauses; 0: as fast as they are answered
};

// A user's kind, lengths, pause and class are drawn once; every turn is drawn from streams of its
// own, so any turn is known without those before it. Requests take turns: first the first of all
// users, then their second ones.
//
// A query of a document (RagOptions::probability for each other request) is a turn of its own,
// outside of the conversations.
class PersonaTurns final : public TurnSource {
 public:
  PersonaTurns(const PersonaOptions& options, const SessionOptions& session);

  std::uint64_t size() const override { return size_; }
  std::uint32_t users() const override { return static_cast<std::uint32_t>(users_.size()); }
  std::uint64_t requests_of(std::uint32_t user) const override;
  std::uint64_t index_of(std::uint32_t user, std::uint64_t sequence) const override;
  Turn turn(std::uint64_t index) const override;
  void conversation(std::uint64_t index, Conversation& found) const override;
  std::string format() const override { return "personas"; }
  std::uint64_t hashed() const override;
  bool by_time() const override { return false; }

 private:
  struct User {
    std::uint32_t context;
    std::uint32_t generation;
    Duration think;
    Qos qos;
  };

  User draw(std::uint32_t user) const;
  bool is_retrieval(std::uint32_t user, std::uint64_t sequence) const;
  bool begins(std::uint32_t user, std::uint64_t sequence) const;

  PersonaOptions options_;
  SessionOptions session_;
  std::vector<User> users_;
  std::uint64_t size_ = 0;
};

}  // namespace spillway::workload
