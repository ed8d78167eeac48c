// SPDX-License-Identifier: Apache-2.0
#include "record/memory_snapshot.h"

#include <gtest/gtest.h>

namespace spillway::record {
namespace {

TEST(MemorySnapshotLine, HasItsValuesOrWhyThereAreNone) {
  MemorySnapshot snapshot;
  snapshot.taken = parse_utc("2026-02-12T00:00:00Z").value();
  snapshot.at = {.label = "run_start", .phase = "", .boundary = "start"};
  snapshot.values = {{"Cached", 40}, {"Dirty", 7}};
  EXPECT_EQ(memory_snapshot_json(snapshot, "values_kib"),
            R"({"timestamp_utc":"2026-02-12T00:00:00+00:00","label":"run_start","phase":null,)"
            R"("boundary":"start","success":true,"error":null,)"
            R"("values_kib":{"Cached":40,"Dirty":7}})");
  snapshot.values.clear();
  snapshot.error = "refused";
  snapshot.at.phase = "replay";
  EXPECT_EQ(memory_snapshot_json(snapshot, "values"),
            R"({"timestamp_utc":"2026-02-12T00:00:00+00:00","label":"run_start","phase":"replay",)"
            R"("boundary":"start","success":false,"error":"refused","values":{}})");
}

}  // namespace
}  // namespace spillway::record
