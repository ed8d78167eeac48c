// SPDX-License-Identifier: Apache-2.0
#include "load/model_resolver.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "net/openai_answer.h"

namespace spillway::load {
namespace {

// The models on the page, or why there are none.
std::optional<std::vector<std::string>> models_of(const CompletionClient::Page& page,
                                                  std::string& error) {
  if (page.fault != record::CompletionFault::none) {
    error = page.error;
  } else if (page.status >= 400) {
    error = fmt::format("HTTP {}", page.status);
  } else if (auto models = net::read_models(page.body)) {
    return models;
  } else {
    error = fmt::format("no list of models: {}", page.body.substr(0, 80));
  }
  return std::nullopt;
}

}  // namespace

async::Task<ResolvedModel> resolve_model(async::Loop& loop, CompletionClient& client,
                                         ResolveOptions options, async::Stop& stop) {
  const Time end = loop.now() + options.timeout;
  ResolvedModel resolved;
  while (!stop.requested()) {
    const Duration left = std::max(end - loop.now(), Duration(1));
    const CompletionClient::Page page = co_await client.get(options.target, left, stop);
    const auto models = models_of(page, resolved.error);
    if (models && !models->empty()) {
      co_return ResolvedModel{.id = models->front(), .error = {}};
    }
    if (models) resolved.error = "the list of models is empty";
    if (loop.now() >= end) break;
    co_await loop.sleep_until(std::min(end, loop.now() + options.poll), stop);
  }
  co_return resolved;
}

async::Task<std::optional<std::size_t>> count_models(CompletionClient& client, std::string target,
                                                     Duration patience, async::Stop& stop) {
  const CompletionClient::Page page = co_await client.get(std::move(target), patience, stop);
  std::string error;
  const auto models = models_of(page, error);
  co_return models ? std::optional(models->size()) : std::nullopt;
}

}  // namespace spillway::load
