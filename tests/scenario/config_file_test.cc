// SPDX-License-Identifier: Apache-2.0
#include "scenario/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using record::Origin;

const std::array<Setting, 10> kTable = {{
    {.name = "config", .kind = Kind::path, .initial = "", .group = "", .help = ""},
    {.name = "model", .kind = Kind::text, .initial = "", .group = "", .help = ""},
    {.name = "num-users",
     .kind = Kind::integer,
     .initial = "1",
     .group = "",
     .help = "",
     .low = 1,
     .high = 100},
    {.name = "cpu-mem-gb",
     .kind = Kind::size,
     .initial = "0",
     .group = "",
     .help = "",
     .unit = 1_GiB},
    {.name = "promote",
     .kind = Kind::choice,
     .initial = "off",
     .group = "",
     .help = "",
     .choices = {"on", "off"}},
    {.name = "buffered", .kind = Kind::flag, .initial = "off", .group = "", .help = ""},
    {.name = "user-templates-chatbot-context-range",
     .kind = Kind::range,
     .initial = "512-4096",
     .group = "",
     .help = "",
     .low = 1,
     .high = 1e6},
    {.name = "rag-top-k-chunks",
     .kind = Kind::integer,
     .initial = "5",
     .group = "",
     .help = "",
     .low = 1,
     .high = 100},
    {.name = "rag-num-docs",
     .kind = Kind::integer,
     .initial = "10",
     .group = "",
     .help = "",
     .low = 0,
     .high = 100},
    {.name = "eviction-target-usage-ratio",
     .kind = Kind::number,
     .initial = "0.8",
     .group = "",
     .help = "",
     .low = 0,
     .high = 1},
}};

std::string refusal_of(const std::string& text) {
  Settings settings(kTable);
  try {
    apply_config(text, "bench.yaml", settings);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ConfigFile, SetsBothKindsOfKeys) {
  Settings settings(kTable);
  const ConfigFile file = apply_config(
      "# any subset\n"
      "user_templates:\n"
      "  chatbot:\n"
      "    context_range: [256, 2048]\n"
      "rag: {top_k_chunks: 7}\n"
      "eviction:\n"
      "  target_usage_ratio: 0.9\n"
      "bench:\n"
      "  model: llama2-7b\n"
      "  num_users: 12\n"
      "  cpu-mem-gb: 512MiB\n"
      "  promote: on\n"
      "  buffered: true\n"
      "  rag_num_docs: 3\n",
      "bench.yaml", settings);
  EXPECT_TRUE(file.models.empty());
  EXPECT_EQ(settings.range("user-templates-chatbot-context-range"),
            (Range{.low = 256, .high = 2048}));
  EXPECT_EQ(settings.integer("rag-top-k-chunks"), 7U);
  EXPECT_EQ(settings.number("eviction-target-usage-ratio"), 0.9);
  EXPECT_EQ(settings.text("model"), "llama2-7b");
  EXPECT_EQ(settings.integer("num-users"), 12U);
  EXPECT_EQ(settings.size("cpu-mem-gb"), 512_MiB);
  EXPECT_EQ(settings.text("promote"), "on");
  EXPECT_TRUE(settings.flag("buffered"));
  EXPECT_EQ(settings.integer("rag-num-docs"), 3U);
  EXPECT_EQ(settings.effective()[2].origin, Origin::file);
  EXPECT_EQ(settings.spelling("num-users"), "bench.yaml:10: bench.num-users");
}

TEST(ConfigFile, OtherCommandsHaveASectionOfTheirOwn) {
  Settings settings(kTable, "serve");
  apply_config("serve: {num-users: 7}\n", "serve.yaml", settings);
  EXPECT_EQ(settings.integer("num-users"), 7U);
  EXPECT_THROW(apply_config("bench: {num-users: 7}\n", "serve.yaml", settings), Error);
}

TEST(ConfigFile, MayBeEmpty) {
  Settings settings(kTable);
  for (const char* const text : {"", "# nothing\n", "rag: {}\n", "bench: {}\n"}) {
    EXPECT_TRUE(apply_config(text, "bench.yaml", settings).models.empty()) << text;
  }
  EXPECT_FALSE(settings.was_given("num-users"));
}

TEST(ConfigFile, AnUnknownKeyIsNamedWithItsLineAndThoseKnown) {
  EXPECT_EQ(refusal_of("rag:\n  top_k: 3\n"),
            "bench.yaml:2: rag.top_k: unknown key; known in rag are top_k_chunks");
  EXPECT_EQ(refusal_of("\n\nrags:\n  top_k: 3\n"),
            "bench.yaml:3: rags: unknown key; known at the top are bench, eviction, model_configs, "
            "rag, user_templates");
  EXPECT_EQ(refusal_of("user_templates: {chatbot: {range: [1, 2]}}"),
            "bench.yaml:1: user_templates.chatbot.range: unknown key; known in "
            "user_templates.chatbot are context_range");
  EXPECT_THAT(refusal_of("bench: {users: 3}"), testing::HasSubstr("bench.users: unknown key"));
  EXPECT_THAT(refusal_of("num_users: 3"), testing::HasSubstr("num_users: unknown key"));
}

// `rag` is a section of the tier benchmark's file, and that has no such key; `bench` has.
TEST(ConfigFile, ASectionHasTheKeysOfItsSchemaOnly) {
  EXPECT_THAT(refusal_of("rag: {num_docs: 3}"), testing::HasSubstr("rag.num_docs: unknown key"));
  EXPECT_THAT(refusal_of("rag: {top: {k_chunks: 3}}"), testing::HasSubstr("rag.top: unknown key"));
  EXPECT_THAT(refusal_of("rag: {top-k-chunks: 3}"), testing::HasSubstr("unknown key"));
}

// The schema knows them, but there is no such setting in this table: they would do nothing.
TEST(ConfigFile, AKeyWithoutASettingIsUnknown) {
  EXPECT_THAT(refusal_of("decode: {batch_size: 32}"), testing::HasSubstr("decode: unknown key"));
  EXPECT_THAT(refusal_of("rag: {chunk_size_tokens: 512}"), testing::HasSubstr("unknown key"));
}

TEST(ConfigFile, ChoosesNeitherAPresetNorAFile) {
  EXPECT_THAT(refusal_of("bench: {config: other.yaml}"),
              testing::HasSubstr("bench.config: unknown key"));
}

TEST(ConfigFile, AValueOfAnotherTypeIsRefused) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"rag: {top_k_chunks: many}", "expected a whole number, found \"many\""},
      {"rag: {top_k_chunks: '5'}", "expected a whole number, found \"5\""},
      {"rag: {top_k_chunks: 5.5}", "expected a whole number, found \"5.5\""},
      {"rag: {top_k_chunks: 101}", "from 1 to 100, found \"101\""},
      {"rag: {top_k_chunks: [5]}", "expected a whole number, found a list"},
      {"rag: {top_k_chunks: }", "expected a whole number, found nothing"},
      {"rag: [5]", "rag: expected a mapping, found a list"},
      {"rag: 5", "rag: expected a mapping, found \"5\""},
      {"eviction: {target_usage_ratio: true}", "expected a number, found \"true\""},
      {"user_templates: {chatbot: {context_range: 512-4096}}", "two numbers [low, high]"},
      {"user_templates: {chatbot: {context_range: [1]}}", "two numbers [low, high]"},
      {"user_templates: {chatbot: {context_range: [1, a]}}", "two numbers [low, high]"},
      {"user_templates: {chatbot: {context_range: [9, 5]}}", "low first"},
      {"bench: {buffered: 1}", "expected true or false, found \"1\""},
      {"bench: {model: 8}", "expected text, found \"8\""},
      {"bench: {promote: maybe}", "one of on, off"},
      {"bench: {cpu-mem-gb: lots}", "bench.cpu-mem-gb: \"lots\" is not a size"},
      {"bench: {[a]: 1}", "expected a key, found a list"},
      {"- rag", "bench.yaml:1: expected a mapping, found a list"},
      {"rag: {top_k_chunks: 3}\nrag: {top_k_chunks: 4}", "bench.yaml:2: rag: is given twice"},
      {"bench: {num_users: 3, num-users: 4}", "bench.num-users: is given twice"},
  };
  for (const auto& [text, why] : cases) {
    EXPECT_THAT(refusal_of(text), testing::HasSubstr(why)) << text;
    EXPECT_THAT(refusal_of(text), testing::StartsWith("bench.yaml:")) << text;
  }
}

TEST(ConfigFile, WhatIsNotYamlIsNamedByLine) {
  EXPECT_THAT(refusal_of("rag: {top_k_chunks: 3}\nb: c: d\n"),
              testing::StartsWith("bench.yaml:2: expected YAML"));
  EXPECT_THAT(refusal_of("rag: *none"), testing::StartsWith("bench.yaml:1: expected YAML"));
  EXPECT_THAT(refusal_of("rag: {}\n---\nrag: {}\n"),
              testing::StartsWith("bench.yaml:2: expected one document"));
  EXPECT_THAT(refusal_of("a: {\n---\n"), testing::StartsWith("bench.yaml:"));
}

// Found by fuzzing: the library makes endless empty documents of these.
TEST(ConfigFile, AStrayBracketOrCommaEnds) {
  for (const char* const text : {"rag: {}\n]\n", ", a", "\t,!b", "}"}) {
    EXPECT_THAT(refusal_of(text), testing::StartsWith("bench.yaml:")) << text;
  }
}

TEST(ConfigFile, AllFaultsAreListedALineEach) {
  const std::string all = refusal_of("rag: {top_k: 1, top_k_chunks: x}\nbench:\n  num-users: 0\n");
  EXPECT_EQ(std::ranges::count(all, '\n'), 2) << all;
  EXPECT_THAT(all, testing::HasSubstr("bench.yaml:1: rag.top_k:"));
  EXPECT_THAT(all, testing::HasSubstr("bench.yaml:1: rag.top_k_chunks:"));
  EXPECT_THAT(all, testing::HasSubstr("bench.yaml:3: bench.num-users:"));
}

TEST(ConfigFile, ModelsAreReturned) {
  Settings settings(kTable);
  const ConfigFile file = apply_config(
      "model_configs:\n"
      "  mine: {num_layers: 80, hidden_dim: 8192, num_heads: 64}\n"
      "  default: {}\n",
      "bench.yaml", settings);
  ASSERT_EQ(file.models.size(), 2U);
  EXPECT_EQ(file.models[0].name, "mine");
  EXPECT_EQ(kv::bytes_per_token(file.models[0]).count(), 327'680U);
  EXPECT_EQ(kv::bytes_per_token(file.models[1]).count(), 131'072U);
}

TEST(ConfigFile, AFaultOfAModelIsNamed) {
  EXPECT_THAT(refusal_of("model_configs: [a]"),
              testing::HasSubstr("model_configs: expected a mapping of names"));
  EXPECT_THAT(refusal_of("model_configs: {a: 3}"),
              testing::HasSubstr("model_configs.a: expected a mapping of fields"));
  EXPECT_THAT(refusal_of("model_configs:\n  a:\n    layers: 3\n"),
              testing::StartsWith("bench.yaml:3: model_configs.a.layers: unknown key"));
  EXPECT_THAT(refusal_of("model_configs: {a: {num_layers: [3]}}"),
              testing::HasSubstr("model_configs.a.num_layers: expected a whole number"));
  EXPECT_THAT(refusal_of("model_configs:\n  a: {num_heads: 4}\n"),
              testing::StartsWith("bench.yaml:2: model_configs.a: kv_heads"));
}

TEST(ConfigFile, IsReadFromDisk) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("config.yaml", "rag: {top_k_chunks: 9}\n");
  Settings settings(kTable);
  apply_config_file(path, settings);
  EXPECT_EQ(settings.integer("rag-top-k-chunks"), 9U);
  EXPECT_THROW(apply_config_file(directory.file("none"), settings), Error) << "missing";
  EXPECT_THROW(apply_config_file(directory.path(), settings), Error) << "a directory";
}

}  // namespace
}  // namespace spillway::scenario
