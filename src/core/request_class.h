// What kind of request it is: whom it serves, and which half of the work it asks for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway {

// Quality of service, the most urgent first: a class is served before all that come after it.
enum class Qos : std::uint8_t { interactive, responsive, batch };
inline constexpr std::size_t kQosClasses = 3;
inline constexpr std::array<Qos, kQosClasses> kAllQos = {Qos::interactive, Qos::responsive,
                                                         Qos::batch};

constexpr std::size_t index_of(Qos qos) { return static_cast<std::size_t>(qos); }
constexpr std::string_view name_of(Qos qos) {
  constexpr std::array<std::string_view, kQosClasses> kNames = {"interactive", "responsive",
                                                                "batch"};
  return kNames.at(index_of(qos));
}

// prefill: computes and stores its prompt, and says nothing (the first half of a disaggregated
// pair, or a prompt so long that the MLPerf rule ends it there). decode: reads what is stored, and
// answers. both: an ordinary request.
enum class RequestPhase : std::uint8_t { both, prefill, decode };
inline constexpr std::size_t kRequestPhases = 3;

constexpr std::string_view name_of(RequestPhase phase) {
  constexpr std::array<std::string_view, kRequestPhases> kNames = {"both", "prefill", "decode"};
  return kNames.at(static_cast<std::size_t>(phase));
}

// The one with this name; nothing for any other text.
constexpr std::optional<Qos> find_qos(std::string_view name) {
  for (const Qos qos : kAllQos) {
    if (name_of(qos) == name) return qos;
  }
  return std::nullopt;
}
constexpr std::optional<RequestPhase> find_request_phase(std::string_view name) {
  for (const RequestPhase phase :
       {RequestPhase::both, RequestPhase::prefill, RequestPhase::decode}) {
    if (name_of(phase) == name) return phase;
  }
  return std::nullopt;
}

}  // namespace spillway
