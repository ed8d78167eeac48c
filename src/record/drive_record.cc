// SPDX-License-Identifier: Apache-2.0
#include "record/drive_record.h"

namespace spillway::record {

void DriveLatencies::merge(const DriveLatencies& other) {
  latency.merge(other.latency);
  latency_from_due.merge(other.latency_from_due);
  send_delay.merge(other.send_delay);
  ttft.merge(other.ttft);
  ttft_from_due.merge(other.ttft_from_due);
  itl.merge(other.itl);
  tpot.merge(other.tpot);
  failed.merge(other.failed);
}

void DrivePhaseRecord::merge(const DrivePhaseRecord& other) {
  std::vector<std::uint64_t> added;
  for_each_count(other.counts,
                 [&](std::string_view /*name*/, std::uint64_t count) { added.push_back(count); });
  std::size_t place = 0;
  for_each_count(
      counts, [&](std::string_view /*name*/, std::uint64_t& count) { count += added.at(place++); });
  for (std::size_t i = 0; i < faults.size(); ++i) faults.at(i) += other.faults.at(i);
  latencies.merge(other.latencies);
  duration_s += other.duration_s;
}

DrivePhaseRecord measured_of(const DriveRecord& record) {
  DrivePhaseRecord all;
  all.name = "overall";
  for (const DrivePhaseRecord& phase : record.phases) {
    if (!phase.ran || !phase.measured) continue;
    all.ran = true;
    all.merge(phase);
  }
  return all;
}

}  // namespace spillway::record
