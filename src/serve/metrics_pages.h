// The Prometheus pages of a serving stack: frontend, system, block manager. What stands on them is
// in docs/serving-metrics.md. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "serve/adapters.h"
#include "serve/engine_figures.h"
#include "serve/http_figures.h"

namespace spillway::serve {

// Whose names the frontend's page carries besides Dynamo's: kvbm is none.
enum class MetricsDialect : std::uint8_t { kvbm, vllm, sglang };

// "kvbm", "vllm" or "sglang"; anything else is an Error that names them.
MetricsDialect metrics_dialect_of(std::string_view name);

struct PageOptions {
  std::string_view model{};  // as /v1/models names it
  MetricsDialect dialect = MetricsDialect::kvbm;
  std::span<const std::string> hidden{};  // names that are left out, as a faulty stack would
};

std::string frontend_page(const EngineFigures& engine, const HttpFigures& http,
                          const PageOptions& options);
std::string system_page(const EngineFigures& engine, const HttpFigures& http,
                        const PageOptions& options);
std::string kvbm_page(const EngineFigures& engine, const PageOptions& options);
// LoRA adapters: a part of the system page, and the whole page of the adapter proxy. `cached` lies
// in memory now.
std::string adapters_page(const AdapterCounters& adapters, Bytes cached,
                          const PageOptions& options = {});

}  // namespace spillway::serve
