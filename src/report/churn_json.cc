// SPDX-License-Identifier: Apache-2.0
#include "report/churn_json.h"

#include <utility>

namespace spillway::report {

void write_churn(text::JsonWriter& json, const std::optional<record::DirectoryChurn>& churn) {
  if (!churn) {
    json.null();
    return;
  }
  json.begin_object();
  for (const auto& [name, sum] : {std::pair("appeared", churn->appeared),
                                  {"vanished", churn->vanished},
                                  {"changed", churn->changed},
                                  {"after", churn->after}}) {
    json.key(name).begin_object();
    json.key("files").value(sum.files).key("bytes").value(sum.bytes);
    json.end_object();
  }
  json.end_object();
}

}  // namespace spillway::report
