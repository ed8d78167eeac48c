// SPDX-License-Identifier: Apache-2.0
#include "scenario/client_trial.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/error.h"
#include "scenario/embedded_server.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

class ClientTrialTest : public testing::Test {
 protected:
  ClientTrial trial(const std::string& url, bool stream, std::uint64_t requests) const {
    ClientTrial trial{
        .base_url = url, .stream = stream, .load = {}, .rows = directory_.file("requests.jsonl")};
    trial.load.concurrency = 4;
    trial.load.requests = requests;
    return trial;
  }

  TemporaryDirectory directory_;
  EmbeddedServer server_{{.program = SPILLWAY_PROGRAM,
                          .settings = {{"tokens", "3"}},
                          .directory = directory_.path(),
                          .cpus = {},
                          .null = true}};
};

TEST_F(ClientTrialTest, EveryRequestIsSentAndOnRecord) {
  const ClientTrialResult result = try_client(trial(server_.base_url(), true, 50));
  EXPECT_EQ(result.load.sent, 50U);
  EXPECT_EQ(result.failed, 0U) << result.first_error;
  EXPECT_EQ(result.sums.texts(), 150U);
  EXPECT_EQ(result.sums.total(), 50U);
  EXPECT_GT(result.cpu, Duration::zero());
  std::ifstream rows(directory_.file("requests.jsonl"));
  int lines = 0;
  for (std::string line; std::getline(rows, line);) ++lines;
  EXPECT_EQ(lines, 50);
}

TEST_F(ClientTrialTest, FailuresAreToldApart) {
  const ClientTrialResult result = try_client(trial("http://127.0.0.1:1", false, 3));
  EXPECT_EQ(result.failed, 3U);
  EXPECT_NE(result.first_error.find("refused"), std::string::npos) << result.first_error;
  EXPECT_EQ(result.sums.texts(), 0U);
}

TEST_F(ClientTrialTest, AUrlOfNoUseIsRefused) {
  EXPECT_THROW(try_client(trial("nonsense", false, 1)), Error);
}

}  // namespace
}  // namespace spillway::scenario
