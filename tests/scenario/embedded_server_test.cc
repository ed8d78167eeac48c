// SPDX-License-Identifier: Apache-2.0
#include "scenario/embedded_server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/error.h"
#include "net/url.h"
#include "tests/scenario/endpoint_client.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using std::chrono_literals::operator""s;

EmbeddedServerOptions options_in(const TemporaryDirectory& directory) {
  return {.program = SPILLWAY_PROGRAM, .settings = {}, .directory = directory.path(), .cpus = {}};
}

TEST(EmbeddedServerTest, ServesOnFreePortsUntilItIsStopped) {
  const TemporaryDirectory directory;
  const TemporaryDirectory cache;
  EmbeddedServerOptions options = options_in(directory);
  options.settings = {{"cache-dir", cache.path()},
                      {"gpu-cache-gb", "1"},
                      {"cpu-cache-gb", "64MiB"},
                      {"disk-cache-gb", "64MiB"},
                      {"overlap-loads", "on"}};
  EmbeddedServer server(options);
  EXPECT_NE(server.command().find("--overlap-loads"), std::string::npos);
  EXPECT_EQ(ask_endpoint(net::parse_url(server.base_url()).port, "GET", "/v1/models").status, 200);
  EXPECT_EQ(ask_endpoint(net::parse_url(server.system_url()).port, "GET", "/metrics").status, 200);
  EXPECT_EQ(ask_endpoint(net::parse_url(server.kvbm_url()).port, "GET", "/metrics").status, 200);
  const auto end = server.stop(10s);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 0);
  EXPECT_TRUE(std::filesystem::is_empty(cache.path()));
}

TEST(EmbeddedServerTest, DoesNotOutliveItsObject) {
  const TemporaryDirectory directory;
  EmbeddedServerOptions options = options_in(directory);
  options.settings = {{"tier-mode", "B0"}};
  pid_t id = 0;
  {
    const EmbeddedServer server(options);
    id = server.id();
    EXPECT_EQ(server.kvbm_url(), "");
  }
  EXPECT_EQ(::kill(id, 0), -1);
}

TEST(EmbeddedServerTest, SaysWhatItSaidWhenItDoesNotStart) {
  const TemporaryDirectory directory;
  EmbeddedServerOptions options = options_in(directory);
  options.settings = {{"tier-mode", "B7"}};
  try {
    const EmbeddedServer server(options);
    FAIL() << "it started";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--tier-mode: expected one of"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace spillway::scenario
