// SPDX-License-Identifier: Apache-2.0
#include "workload/chat_template.h"

#include <gtest/gtest.h>

namespace spillway::workload {
namespace {

TEST(ChatTemplateTest, TheAssistantComesLast) {
  EXPECT_EQ(wrap_llama3("Hello"),
            "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello<|eot_id|>"
            "<|start_header_id|>assistant<|end_header_id|>\n\n");
}

}  // namespace
}  // namespace spillway::workload
