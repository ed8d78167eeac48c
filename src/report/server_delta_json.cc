// SPDX-License-Identifier: Apache-2.0
#include "report/server_delta_json.h"

#include <string>

namespace spillway::report {
namespace {

using analysis::ServerFigures;
using text::JsonWriter;

// "device.hit_tokens" becomes the member hit_tokens of device; a map has the places together.
void write_tiers(JsonWriter& json, const ServerFigures& figures) {
  std::string open;
  json.key("figures").begin_object();
  for (const auto& [key, value] : figures) {
    const std::string place = key.substr(0, key.find('.'));
    if (place != open) {
      if (!open.empty()) json.end_object();
      json.key(place).begin_object();
      open = place;
    }
    json.key(key.substr(place.size() + 1));
    if (value.value) {
      json.value(*value.value);
    } else {
      json.null();
    }
  }
  if (!open.empty()) json.end_object();
  json.end_object();
}

void write_stack(JsonWriter& json, const ServerFigures& figures) {
  json.begin_object();
  write_tiers(json, figures);
  json.key("missing").begin_object();
  for (const auto& [key, value] : figures) {
    if (!value.value) json.key(key).value(value.reason);
  }
  json.end_object();
  json.key("counter_resets").begin_array();
  for (const auto& [key, value] : figures) {
    if (value.reset) json.value(key);
  }
  json.end_array();
  json.key("gauges_by_labels").begin_object();
  for (const auto& [key, value] : figures) {
    if (value.by_labels.empty()) continue;
    json.key(key).begin_object();
    for (const auto& [labels, number] : value.by_labels) json.key(labels).value(number);
    json.end_object();
  }
  json.end_object();
  json.end_object();
}

}  // namespace

void write_server_delta(JsonWriter& json, const analysis::ServerDelta& delta) {
  json.begin_object();
  json.key("available").value(delta.available);
  json.key("reason");
  if (delta.reason.empty()) {
    json.null();
  } else {
    json.value(delta.reason);
  }
  json.key("stacks").begin_object();
  for (const auto& [stack, figures] : delta.stacks) {
    json.key(stack);
    write_stack(json, figures);
  }
  json.end_object();
  json.end_object();
}

}  // namespace spillway::report
