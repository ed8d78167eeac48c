// SPDX-License-Identifier: Apache-2.0
#include "report/validation_json.h"

#include <vector>

#include "record/json_fields.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::ValidatedFigure;
using record::field;
using record::object;
using record::ServingResult;
using text::JsonWriter;

void write_results(JsonWriter& json, std::string_view name,
                   const std::vector<ServingResult>& results) {
  record::list(json, name, results, [&](const ServingResult& result) {
    json.begin_object();
    field(json, "source", result.source);
    field(json, "format", name_of(result.format));
    record::list(json, "remarks", result.remarks,
                 [&](const std::string& remark) { json.value(remark); });
    json.end_object();
  });
}

void write_figure(JsonWriter& json, const ValidatedFigure& one) {
  object(json, name_of(one.figure), [&] {
    field(json, "ours", one.ours);
    field(json, "theirs", one.theirs);
    field(json, "ratio", one.ratio);
    field(json, "low", one.interval ? std::optional(one.interval->low) : std::nullopt);
    field(json, "high", one.interval ? std::optional(one.interval->high) : std::nullopt);
    field(json, "agreement", name_of(one.agreement));
    field(json, "sure", one.sure);
    record::text_or_null(json, "reason", one.reason);
  });
}

}  // namespace

std::string validation_json(const analysis::Validation& validation) {
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  field(json, "schema", "spillway.validation/1");
  field(json, "tolerance", validation.tolerance);
  field(json, "confidence", analysis::kValidationConfidence);
  write_results(json, "ours", validation.ours);
  write_results(json, "theirs", validation.theirs);
  object(json, "figures", [&] {
    for (const ValidatedFigure& one : validation.figures) write_figure(json, one);
  });
  field(json, "agrees", validation.agrees());
  json.end_object();
  return json.text();
}

}  // namespace spillway::report
