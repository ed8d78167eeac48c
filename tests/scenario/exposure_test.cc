// SPDX-License-Identifier: Apache-2.0
#include "scenario/exposure.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "scenario/proxy_settings.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

TEST(ExposureTest, AddressesOfOthersNeedAKey) {
  EXPECT_NO_THROW(check_exposure("127.0.0.1", ""));
  EXPECT_NO_THROW(check_exposure("localhost", ""));
  EXPECT_NO_THROW(check_exposure("0.0.0.0", "key"));
  EXPECT_THROW(check_exposure("0.0.0.0", ""), Error);
  EXPECT_THROW(check_exposure("::", ""), Error);
}

TEST(ExposureTest, AKeyIsGivenOrStandsInAFile) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("key")) << "secret\nrest\n";
  std::ofstream(directory.file("empty")) << "\n";
  const auto set = [](Settings& settings, const char* name, const std::string& text) {
    settings.set(name, text, record::Origin::command_line);
  };
  Settings none(proxy_settings());
  EXPECT_EQ(api_key_of(none), "");
  Settings given(proxy_settings());
  set(given, "api-key", "k");
  EXPECT_EQ(api_key_of(given), "k");
  Settings file(proxy_settings());
  set(file, "api-key-file", directory.file("key"));
  EXPECT_EQ(api_key_of(file), "secret");
  set(file, "api-key", "k");
  EXPECT_THROW(api_key_of(file), Error);
  Settings empty(proxy_settings());
  set(empty, "api-key-file", directory.file("empty"));
  EXPECT_THROW(api_key_of(empty), Error);
}

}  // namespace
}  // namespace spillway::scenario
