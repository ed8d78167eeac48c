// ServerReading: what a page of metrics says by the names of the serving stacks that we know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "record/server_metric.h"

namespace spillway::telemetry {

// Values that are not finite are not there. A page of nothing but broken lines, and one beyond the
// reader's limits, is a failed reading; one without a name that we know is not.
record::ServerReading server_reading(std::string_view page);
// The page could not be fetched, for this reason.
record::ServerReading failed_server_reading(std::string error);

}  // namespace spillway::telemetry
