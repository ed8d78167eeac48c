// The functions behind the recorded cases `fn.*`, as a program that tests/data/conformance and
// other sets of cases can be run against: conformance_functions OPERATION INPUT OUTPUT.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "analysis/io_attribution.h"
#include "core/error.h"
#include "core/utc_time.h"
#include "net/openai_answer.h"
#include "net/sse_reader.h"
#include "record/device_metadata.h"
#include "record/io_timeline.h"
#include "report/harness_report.h"
#include "report/io_attribution_json.h"
#include "report/kvbm_summary_json.h"
#include "tests/conformance/recorded_device.h"
#include "tests/conformance/recorded_io.h"
#include "tests/conformance/recorded_kvbm.h"
#include "tests/conformance/recorded_summaries.h"
#include "text/json_reader.h"
#include "text/json_writer.h"
#include "text/loose_json.h"

namespace spillway {
namespace {

using text::JsonValue;

const std::string kIoDirectory = "run/io";

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw_errno("write", path);
}

// {"fragments": ["data: ...", ...]}
std::string sse(const JsonValue& in) {
  std::vector<net::SseEvent> events;
  const auto add = [&](const net::SseEvent& event) { events.push_back(event); };
  net::SseReader reader;
  net::AnswerReader answers;
  for (const JsonValue& fragment : in.at("fragments").elements()) {
    reader.feed(fragment.as_string(), add);
    answers.feed(fragment.as_string(), Time());
  }
  reader.finish(add);
  const net::Answer answer = answers.finish(Time());
  const auto put_or_null = [](text::JsonWriter& json, const std::string& text) {
    if (text.empty()) {
      json.null();
    } else {
      json.value(text);
    }
  };
  text::JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  json.key("errors").begin_array();
  if (!answer.error.empty()) json.value(answer.error);
  json.end_array();
  json.key("events").begin_array();
  for (const net::SseEvent& event : events) {
    json.begin_object();
    json.key("data").value(event.data).key("event");
    put_or_null(json, event.name);
    json.end_object();
  }
  json.end_array();
  json.key("response_id");
  put_or_null(json, answer.id);
  json.key("text").value(answer.text);
  json.key("types").begin_array();
  for (const net::SseEvent& event : events) json.value(net::event_type(event));
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

std::string kvbm_summary(const JsonValue& in) {
  text::JsonWriter json(text::JsonLayout::pretty);
  report::write_kvbm_summary(json, report::recorded_kvbm_summary(in));
  return json.text() + "\n";
}

std::string device_metadata(const JsonValue& in) {
  return record::device_metadata_json(telemetry::recorded_metadata(in));
}

// The timelines lie where a run has them.
std::string io_report(const JsonValue& in) {
  const analysis::IoCapture capture = report::recorded_capture(in);
  std::filesystem::create_directories(kIoDirectory);
  const std::string device = text::loose_text(in.find("phase_io_device"));
  write_file(
      kIoDirectory + "/block_stat_timeline.csv",
      record::block_timeline_csv(device.empty() ? "nvme0n1" : device, capture.block_samples));
  write_file(kIoDirectory + "/proc_io_timeline.csv",
             record::process_timeline_csv(capture.process_samples));
  return report::io_attribution_json(capture, analysis::attribute_io(capture), kIoDirectory,
                                     utc_now());
}

std::string empty_io_report(const JsonValue& in) {
  return report::failed_io_attribution_json(report::recorded_capture(in),
                                            text::loose_text(in.find("error")), utc_now());
}

const std::map<std::string, std::function<std::string(const JsonValue&)>> kOperations = {
    {"fn.device_metadata", device_metadata},
    {"fn.io_report", io_report},
    {"fn.io_report_empty", empty_io_report},
    {"fn.kvbm_summary", kvbm_summary},
    {"fn.render_report", report::render_harness_report},
    {"fn.sse", sse},
    {"fn.summarize_phase", report::phase_summary_of},
    {"fn.ttfc_sanity", report::sanity_verdict_of},
};

int run(const std::string& name, const std::string& input, const std::string& output) {
  const auto operation = kOperations.find(name);
  if (operation == kOperations.end()) {
    fmt::print(stderr, "conformance_functions: no operation {}\n", name);
    return 2;
  }
  write_file(output, operation->second(text::read_json(input)));
  return 0;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "Usage: conformance_functions OPERATION INPUT OUTPUT\n");
    return 2;
  }
  try {
    return spillway::run(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "conformance_functions: {}\n", error.what());
    return 1;
  }
}
