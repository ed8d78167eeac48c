// Pages of metrics, each on a connection of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "analysis/drive_run.h"
#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/time.h"
#include "load/completion_client.h"
#include "net/url.h"

namespace spillway::scenario {

using MakeDialler = std::function<std::unique_ptr<load::Dialler>(const net::Url&)>;

// What fails is told by the page; an empty URL is skipped.
async::Task<analysis::CapturedPage> fetch_page(async::Loop& loop, MakeDialler make_dialler,
                                               std::string url, Duration patience,
                                               async::Stop& stop);

// The same from the network, on a loop of its own, when it is over.
analysis::CapturedPage read_page(const std::string& url, Duration patience);

}  // namespace spillway::scenario
