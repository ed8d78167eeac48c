// What our own client can do, for people. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/drive_run.h"

namespace spillway::report {

// A table of `spillway drive --self-test`.
std::string client_text(const analysis::ClientFigures& figures);

}  // namespace spillway::report
