// SPDX-License-Identifier: Apache-2.0
#include "workload/chat_template.h"

namespace spillway::workload {

std::string wrap_llama3(std::string_view user_text) {
  std::string prompt = "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n";
  prompt += user_text;
  prompt += "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";
  return prompt;
}

}  // namespace spillway::workload
