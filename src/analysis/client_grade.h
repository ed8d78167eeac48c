// Was our own client fast enough for what it measured? A run that kept it too busy is the client's
// own measure, not the server's. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/drive_run.h"

namespace spillway::analysis {

// Of its processor's time the client may use so much before it is the slower of the two.
inline constexpr double kClientShare = 0.7;
// Of what an open loop sends so much may go out a millisecond or more late.
inline constexpr double kLateShare = 0.01;

// The highest rates at which the client is not the limit.
double most_requests_per_s(const ClientFigures& figures);
double most_texts_per_s(const ClientFigures& figures);

// How busy the client was in a phase, of one processor; nothing for a phase that took no time.
struct ClientShare {
  double used = 0;      // by its own CPU clock
  double expected = 0;  // by the figures of its calibration; 0 without them
};
std::optional<ClientShare> client_share(const std::optional<ClientFigures>& figures,
                                        const DrivePhaseRun& phase);

// Each reason: "client_not_calibrated: ...", "client_busy: ...", "beyond_client_rate: ...",
// "sends_late: ...". None: the run is of decision grade, as far as the client goes.
std::vector<std::string> client_doubts(const DriveRun& run);

}  // namespace spillway::analysis
