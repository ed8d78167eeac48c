// KvMode: which KV tiers a server has, as the DGX Spark harness calls them (its section 1.2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "text/json_writer.h"

namespace spillway::record {

struct KvMode {
  std::string mode;  // off, cpu_only, cpu_disk
  std::string tier;  // B0, B1, B2
  bool enabled = false;
  double cpu_gb = 0;
  double disk_gb = 0;
  bool disable_partial_reuse = false;
  bool disable_block_reuse = false;
  bool disable_disk_offload_filter = false;
};

// An object: `kv_mode` of every artifact.
void write_kv_mode(text::JsonWriter& json, const KvMode& kv);

}  // namespace spillway::record
