// SPDX-License-Identifier: Apache-2.0
#include "net/adapter_field.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::net {
namespace {

TEST(AdapterFieldTest, IsTakenOutOfTheBody) {
  const AdapterField field =
      take_adapter(R"({ "model": "m\u00e4", "adapter_id": "a-1", "n": [1, 2.5e0, {"x": null}],)"
                   R"( "seed": 18446744073709551615 })");
  EXPECT_EQ(field.name, "a-1");
  EXPECT_EQ(field.rest,
            "{\"model\":\"m\u00e4\",\"n\":[1,2.5,{\"x\":null}],"
            "\"seed\":18446744073709551615}");
  EXPECT_EQ(field.fault, "");
}

TEST(AdapterFieldTest, ABodyWithoutItStaysAsItIs) {
  const std::string body = R"({ "model" : "m", "nested": {"adapter_id": "x"} })";
  const AdapterField field = take_adapter(body);
  EXPECT_EQ(field.name, std::nullopt);
  EXPECT_EQ(field.rest, body);
}

TEST(AdapterFieldTest, NullIsNone) {
  const AdapterField field = take_adapter(R"({"adapter_id": null})");
  EXPECT_EQ(field.name, std::nullopt);
  EXPECT_EQ(field.rest, "{}");
}

TEST(AdapterFieldTest, SaysWhatIsWrong) {
  EXPECT_EQ(take_adapter(R"({"adapter_id": 7})").fault, "adapter_id: expected a string");
  EXPECT_EQ(take_adapter(R"({"adapter_id":"a","adapter_id":"b"})").fault,
            "adapter_id: given twice");
  EXPECT_EQ(take_adapter("[]").fault, "the body is not a JSON object");
  EXPECT_NE(take_adapter("").fault, "");
  EXPECT_NE(take_adapter(R"({"adapter_id": "a")").fault, "");
  EXPECT_NE(take_adapter(std::string(100, '[')).fault, "");
}

}  // namespace
}  // namespace spillway::net
