// The histograms of a run by name: the one list that writing, reading and merging records share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/observations.h"

namespace spillway::record {

// Calls visit(name, histogram) for each stage, in the order they are written. `Stages` is
// StageLatencies, const or not.
template <typename Stages, typename Visit>
void for_each_stage(Stages& stages, Visit visit) {
  visit("lateness", stages.lateness);
  visit("queue_wait", stages.queue_wait);
  visit("storage", stages.storage);
  visit("prefill", stages.prefill);
  visit("ttft", stages.ttft);
  visit("end_to_end", stages.end_to_end);
  visit("write_back", stages.write_back);
  visit("tier_time", stages.tier_time);
}

// The same for one class of service.
template <typename Class, typename Visit>
void for_each_class_stage(Class& figures, Visit visit) {
  visit("queue_wait", figures.queue_wait);
  visit("ttft", figures.ttft);
  visit("end_to_end", figures.end_to_end);
  visit("tier_time", figures.tier_time);
}

// The same for whole entries.
template <typename Entries, typename Visit>
void for_each_entry_stage(Entries& entries, Visit visit) {
  visit("write", entries.write);
  visit("decode_read", entries.decode_read);
  visit("generation", entries.generation);
}

// Calls visit(name, histogram) for every histogram: "completed/ttft", "storage/read", ... Slashes,
// because dots separate the keys of a path.
template <typename Seen, typename Visit>
void for_each_histogram(Seen& observed, Visit visit) {
  for_each_stage(observed.completed, [&](const std::string& name, auto& histogram) {
    visit("completed/" + name, histogram);
  });
  for_each_stage(observed.failed, [&](const std::string& name, auto& histogram) {
    visit("failed/" + name, histogram);
  });
  for (const TierId tier : kAllTiers) {
    const std::string name = name_of(tier);
    visit(name + "/read", observed.tier(tier).read.latency);
    visit(name + "/read/waiting", observed.tier(tier).read.waiting);
    visit(name + "/read/moving", observed.tier(tier).read.moving);
    visit(name + "/write", observed.tier(tier).write.latency);
    visit(name + "/write/waiting", observed.tier(tier).write.waiting);
    visit(name + "/write/moving", observed.tier(tier).write.moving);
    visit(name + "/demotion", observed.tier(tier).demotion);
  }
  for (const Qos qos : kAllQos) {
    for_each_class_stage(observed.of(qos), [&](const std::string& name, auto& histogram) {
      visit("classes/" + std::string(name_of(qos)) + "/" + name, histogram);
    });
  }
  for_each_entry_stage(observed.entries, [&](const std::string& name, auto& histogram) {
    visit("entries/" + name, histogram);
  });
  visit(std::string("engine/read_piece"), observed.engine.read_piece);
  visit(std::string("engine/write_piece"), observed.engine.write_piece);
  visit(std::string("engine/loop_turn"), observed.engine.loop_turn);
}

}  // namespace spillway::record
