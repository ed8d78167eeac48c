// SPDX-License-Identifier: Apache-2.0
#include "scenario/page_reader.h"

#include <fmt/core.h>

#include <utility>

#include "async/clock.h"
#include "core/error.h"
#include "load/origin_dialler.h"

namespace spillway::scenario {

async::Task<analysis::CapturedPage> fetch_page(async::Loop& loop, MakeDialler make_dialler,
                                               std::string url, Duration patience,
                                               async::Stop& stop) {
  analysis::CapturedPage page{.url = std::move(url), .error = {}, .text = {}};
  if (page.url.empty()) {
    page.skipped = true;
    co_return page;
  }
  try {
    const net::Url place = net::parse_url(page.url);
    const std::unique_ptr<load::Dialler> dialler = make_dialler(place);
    load::CompletionClient client(loop, *dialler,
                                  {.headers = {{"Host", place.authority()}}, .stream_total = {}});
    load::CompletionClient::Page got = co_await client.get(place.path, patience, stop);
    page.success = got.fault == record::CompletionFault::none && got.status < 400;
    page.text = std::move(got.body);
    if (!page.success) {
      page.error = got.error.empty() ? fmt::format("HTTP {}", got.status) : got.error;
    }
  } catch (const Error& failure) {
    page.error = failure.what();
  }
  co_return page;
}

analysis::CapturedPage read_page(const std::string& url, Duration patience) {
  async::RealClock clock;
  async::Loop loop(clock);
  async::Stop stop;
  analysis::CapturedPage page;
  const auto read = [&]() -> async::Task<> {
    const MakeDialler dial = [&](const net::Url& place) {
      return std::make_unique<load::UrlDialler>(loop, place, net::TlsClientOptions());
    };
    page = co_await fetch_page(loop, dial, url, patience, stop);
  };
  loop.run(read());
  return page;
}

}  // namespace spillway::scenario
