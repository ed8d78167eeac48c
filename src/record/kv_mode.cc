// SPDX-License-Identifier: Apache-2.0
#include "record/kv_mode.h"

namespace spillway::record {

void write_kv_mode(text::JsonWriter& json, const KvMode& kv) {
  json.begin_object();
  json.key("mode").value(kv.mode).key("tier_mode").value(kv.tier);
  json.key("kvbm_enabled").value(kv.enabled);
  json.key("cpu_cache_gb").value(kv.cpu_gb).key("disk_cache_gb").value(kv.disk_gb);
  json.key("diagnostic").begin_object();
  json.key("disable_partial_reuse").value(kv.disable_partial_reuse);
  json.key("disable_block_reuse").value(kv.disable_block_reuse);
  json.key("disable_disk_offload_filter").value(kv.disable_disk_offload_filter);
  json.end_object();
  json.end_object();
}

}  // namespace spillway::record
