// SPDX-License-Identifier: Apache-2.0
#include "serve/faults.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <utility>

#include "core/random.h"
#include "text/json_reader.h"
#include "text/json_writer.h"

namespace spillway::serve {
namespace {

using text::JsonValue;

constexpr std::array<std::string_view, 10> kKinds = {
    "status",        "stall_after_headers", "cut",          "error_in_200", "malformed_sse",
    "metrics_reset", "metrics_missing",     "models_empty", "slow_disk",    "failing_disk"};
constexpr std::array<std::string_view, 3> kPages = {"frontend", "system", "kvbm"};
constexpr std::array<std::pair<std::string_view, int>, 4> kErrors = {
    {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EROFS", EROFS}, {"ETIMEDOUT", ETIMEDOUT}}};

constexpr double kLongest = 86'400;  // seconds: a day
constexpr std::uint64_t kMost = 1'000'000'000;
constexpr std::size_t kMostFaults = 1000;

// Bodies come from the network: a plan has kilobytes and three levels.
constexpr text::JsonLimits kLimits = {.size = Bytes(1U << 20U), .depth = 8};

double number_in(const JsonValue& value, double low, double high, std::string_view expected) {
  const double number = value.as_double();
  if (std::isnan(number) || number < low || number > high) value.fail(expected);
  return number;
}

std::uint64_t whole_in(const JsonValue& value, std::uint64_t low, std::uint64_t high,
                       std::string_view expected) {
  const std::uint64_t number = value.as_uint();
  if (number < low || number > high) value.fail(expected);
  return number;
}

Duration seconds_in(const JsonValue& value) {
  return from_seconds(number_in(value, 0, kLongest, "0 to 86400 seconds"));
}

template <std::size_t N>
std::size_t place_in(const std::array<std::string_view, N>& names, const JsonValue& value,
                     std::string_view expected) {
  const auto* const found = std::ranges::find(names, value.as_string());
  if (found == names.end()) value.fail(expected);
  return static_cast<std::size_t>(found - names.begin());
}

void read_status(FaultRow& row, const JsonValue& value) {
  row.status = static_cast<int>(whole_in(value, 400, 599, "a status from 400 to 599"));
}
void read_retry_after(FaultRow& row, const JsonValue& value) {
  row.retry_after_s = whole_in(value, 0, 86'400, "0 to 86400 seconds");
}
void read_stall(FaultRow& row, const JsonValue& value) { row.stall = seconds_in(value); }
void read_window(FaultRow& row, const JsonValue& value) { row.window = seconds_in(value); }
void read_after_bytes(FaultRow& row, const JsonValue& value) {
  row.after_bytes = whole_in(value, 0, kMost, "0 to 1000000000 bytes");
}
void read_names(FaultRow& row, const JsonValue& value) {
  for (const JsonValue& name : value.elements()) row.names.push_back(name.as_string());
}
void read_page(FaultRow& row, const JsonValue& value) {
  row.page = static_cast<MetricsPage>(place_in(kPages, value, "frontend, system or kvbm"));
}
void read_delay(FaultRow& row, const JsonValue& value) {
  row.delay = from_seconds(number_in(value, 0, 60'000, "0 to 60000 ms") / 1e3);
}
void read_errno(FaultRow& row, const JsonValue& value) {
  const auto* const found =
      std::ranges::find(kErrors, value.as_string(), &std::pair<std::string_view, int>::first);
  if (found == kErrors.end()) value.fail("EIO, ENOSPC, EROFS or ETIMEDOUT");
  row.error_number = found->second;
}
void read_rate(FaultRow& row, const JsonValue& value) {
  row.rate = number_in(value, 0, 1, "a share from 0 to 1");
}
void read_every(FaultRow& row, const JsonValue& value) {
  row.every = whole_in(value, 1, kMost, "1 to 1000000000");
}
void read_next(FaultRow& row, const JsonValue& value) {
  row.next = whole_in(value, 1, kMost, "1 to 1000000000");
}

// Which member a kind takes, and what reads it; those of every kind come first.
struct Member {
  std::string_view name;
  std::optional<FaultKind> kind;
  void (*read)(FaultRow&, const JsonValue&);
};
// NOLINTBEGIN(modernize-use-designated-initializers): a table of three columns.
constexpr auto kMembers = std::to_array<Member>({
    {"rate", {}, read_rate},
    {"every", {}, read_every},
    {"next", {}, read_next},
    {"status", FaultKind::status, read_status},
    {"retry_after_s", FaultKind::status, read_retry_after},
    // Of a stall it is the length; of every other kind the window.
    {"for_s", FaultKind::stall_after_headers, read_stall},
    {"for_s", {}, read_window},
    {"after_bytes", FaultKind::cut, read_after_bytes},
    {"names", FaultKind::metrics_missing, read_names},
    {"page", FaultKind::metrics_missing, read_page},
    {"add_ms", FaultKind::slow_disk, read_delay},
    {"errno", FaultKind::failing_disk, read_errno},
});
// NOLINTEND(modernize-use-designated-initializers)

void read_member(FaultRow& row, std::string_view name, const JsonValue& value) {
  const auto* const member = std::ranges::find_if(kMembers, [&](const Member& candidate) {
    return candidate.name == name && (!candidate.kind || *candidate.kind == row.kind);
  });
  if (member == kMembers.end()) value.fail("no member of this name in such a fault");
  member->read(row, value);
}

FaultRow row_of(const JsonValue& json) {
  FaultRow row;
  row.kind = static_cast<FaultKind>(
      place_in(kKinds, json.at("kind"), "a kind of fault that docs/faults.md names"));
  if (row.kind == FaultKind::metrics_reset) row.next = 1;  // each reset is one
  for (const auto& [name, value] : json.members()) {
    if (name != "kind") read_member(row, name, value);
  }
  if (row.kind == FaultKind::metrics_missing && row.names.empty() && !row.page) {
    json.fail("names or a page");
  }
  if (row.kind == FaultKind::slow_disk && json.find("add_ms") == nullptr) json.fail("add_ms");
  return row;
}

bool is_of_requests(FaultKind kind) { return kind <= FaultKind::malformed_sse; }

void write_details(text::JsonWriter& json, const FaultRow& row) {
  if (row.kind == FaultKind::status) json.key("status").value(row.status);
  if (row.retry_after_s) json.key("retry_after_s").value(*row.retry_after_s);
  if (row.stall) json.key("for_s").value(to_seconds(*row.stall));
  if (row.kind == FaultKind::cut) json.key("after_bytes").value(row.after_bytes);
  if (!row.names.empty()) {
    json.key("names").values(row.names);
  }
  if (row.page) json.key("page").value(kPages.at(static_cast<std::size_t>(*row.page)));
  if (row.kind == FaultKind::slow_disk) json.key("add_ms").value(to_milliseconds(row.delay));
  if (row.kind == FaultKind::failing_disk) {
    const auto* const error =
        std::ranges::find(kErrors, row.error_number, &std::pair<std::string_view, int>::second);
    json.key("errno").value(error->first);
  }
}

void write_row(text::JsonWriter& json, const FaultRow& row) {
  json.key("kind").value(name_of(row.kind));
  json.key("rate").value(row.rate);
  json.key("every").value(row.every);
  if (row.next) json.key("next").value(*row.next);
  if (row.window) json.key("for_s").value(to_seconds(*row.window));
  write_details(json, row);
}

}  // namespace

std::string_view name_of(FaultKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

FaultPlan FaultPlan::parse(std::string_view json, const std::string& source, Time now) {
  const JsonValue document = text::parse_json(json, source, kLimits);
  FaultPlan plan;
  plan.set_ = now;
  for (const auto& [name, value] : document.members()) {
    if (name == "seed") {
      plan.seed_ = value.as_uint();
    } else if (name == "faults") {
      if (value.elements().size() > kMostFaults) value.fail("at most 1000 faults");
      for (const JsonValue& fault : value.elements()) {
        plan.faults_.push_back({.row = row_of(fault)});
      }
    } else {
      value.fail("seed or faults, and no other member");
    }
  }
  return plan;
}

bool FaultPlan::is_turn(Fault& fault, Time now) const {
  const FaultRow& row = fault.row;
  if (row.window && now - set_ >= *row.window) return false;
  if (row.next && fault.injected >= *row.next) return false;
  ++fault.asked;
  if (fault.asked % row.every != 0) return false;
  const auto place = static_cast<std::uint32_t>(&fault - faults_.data());
  Random chance({.seed = seed_, .purpose = Purpose::fault, .user = place, .request = fault.asked});
  if (chance.uniform() >= row.rate) return false;
  ++fault.injected;
  return true;
}

std::optional<ResponseFault> FaultPlan::on_request(Time now) {
  for (Fault& fault : faults_) {
    if (!is_of_requests(fault.row.kind) || !is_turn(fault, now)) continue;
    return ResponseFault{.kind = fault.row.kind,
                         .status = fault.row.status,
                         .retry_after_s = fault.row.retry_after_s,
                         .stall = fault.row.stall,
                         .after_bytes = fault.row.after_bytes};
  }
  return std::nullopt;
}

bool FaultPlan::models_empty(Time now) {
  bool empty = false;
  for (Fault& fault : faults_) {
    if (fault.row.kind == FaultKind::models_empty && is_turn(fault, now)) empty = true;
  }
  return empty;
}

MetricsFault FaultPlan::on_metrics(MetricsPage page, Time now) {
  MetricsFault all;
  for (Fault& fault : faults_) {
    const FaultRow& row = fault.row;
    if (row.kind == FaultKind::metrics_reset) {
      all.reset = is_turn(fault, now) || all.reset;
    } else if (row.kind == FaultKind::metrics_missing && (!row.page || *row.page == page) &&
               is_turn(fault, now)) {
      all.missing = all.missing || row.names.empty();
      all.hidden.insert(all.hidden.end(), row.names.begin(), row.names.end());
    }
  }
  return all;
}

DiskFault FaultPlan::on_disk(Time now) {
  DiskFault all;
  for (Fault& fault : faults_) {
    const FaultRow& row = fault.row;
    if (row.kind == FaultKind::slow_disk && is_turn(fault, now)) all.delay += row.delay;
    if (row.kind == FaultKind::failing_disk && is_turn(fault, now)) {
      all.error_number = row.error_number;
    }
  }
  return all;
}

std::uint64_t FaultPlan::injected(FaultKind kind) const {
  std::uint64_t count = 0;
  for (const Fault& fault : faults_) count += fault.row.kind == kind ? fault.injected : 0;
  return count;
}

std::string FaultPlan::to_json() const {
  text::JsonWriter json;
  json.begin_object().key("seed").value(seed_).key("faults").begin_array();
  for (const Fault& fault : faults_) {
    json.begin_object();
    write_row(json, fault.row);
    json.key("asked").value(fault.asked).key("injected").value(fault.injected);
    json.end_object();
  }
  json.end_array().end_object();
  return json.text();
}

}  // namespace spillway::serve
