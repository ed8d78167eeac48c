// SPDX-License-Identifier: Apache-2.0
// Is the I/O path as fast as the device? 16 MiB objects at random places of one file through
// io::Queue against fio on the same file with the same pattern: O_DIRECT, 1 MiB pieces, depth 16.
// Runs alternate, so that both see the same machine; the judged figure is the median of the ratios
// of pairs. The file was written once before, so that no extent is converted meanwhile. Nothing is
// generated or checked: this is the path alone. Status 1 when a bar is missed.
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "async/group.h"
#include "core/error.h"
#include "core/random.h"
#include "io/file.h"
#include "io/queue.h"
#include "io/uring_engine.h"

namespace spillway {
namespace {

constexpr Bytes kObject = 16_MiB;
constexpr Bytes kPiece = 1_MiB;
constexpr std::uint32_t kDepth = 16;
constexpr std::uint32_t kObjectsAtOnce = 4;  // enough that one is always waiting for the ring
// The bars of issue 2.
constexpr double kLeastRatio = 0.95;
constexpr double kMostCpuSecondsPerGb = 0.01;

struct Settings {
  std::string directory = ".";
  double seconds = 3;
  std::size_t pairs = 5;
  std::uint64_t size_gib = 2;

  Bytes size() const { return size_gib * 1_GiB; }
};

struct Speed {
  double gb_per_s = 0;
  double cpu_s_per_gb = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

// --- Spillway's side ---

// As fio does, fills each buffer once and then writes it again and again.
class FillOnce final : public io::ByteSource {
 public:
  FillOnce() : pattern_(kPiece.count() / sizeof(std::uint64_t)) {
    Random random({.seed = 1, .purpose = Purpose::shuffle});
    for (std::uint64_t& word : pattern_) word = random.next();
  }
  std::span<const std::byte> supply(Bytes, std::span<std::byte> room) override {
    if (filled_.insert(room.data()).second) std::memcpy(room.data(), pattern_.data(), room.size());
    return room;
  }

 private:
  std::vector<std::uint64_t> pattern_;
  std::unordered_set<const std::byte*> filled_;
};

struct Mover {
  async::Loop& loop;
  io::Queue& queue;
  int file;
  io::Direction direction;
  FillOnce& source;

  io::Transfer object(std::uint64_t slot) const {
    return {.direction = direction,
            .file = file,
            .offset = slot * kObject.count(),
            .length = kObject,
            .source = &source};
  }
};

// Checks what came of it: a figure with failed transfers in it would be worth nothing.
async::Task<> move_one(const Mover& mover, std::uint64_t slot) {
  std::array<io::Transfer, 1> transfer = {mover.object(slot)};
  co_await mover.queue.move(transfer);
  if (!transfer[0].ok()) throw Error("a transfer failed: " + errno_text(transfer[0].error));
}

async::Task<> move_until(const Mover& mover, std::uint32_t worker, std::uint64_t slots, Time end) {
  Random random({.seed = 42, .purpose = Purpose::shuffle, .user = worker});
  while (mover.loop.now() < end) {
    co_await move_one(mover, random.uniform_int(0, slots - 1));
  }
}

async::Task<> move_objects(const Mover& mover, const Settings& settings) {
  const Time end = mover.loop.now() + from_seconds(settings.seconds);
  const std::uint64_t slots = settings.size() / kObject;
  async::Stop stop;
  co_await async::with_group(mover.loop, stop, [&](async::Group& group) -> async::Task<> {
    for (std::uint32_t i = 0; i < kObjectsAtOnce; ++i) {
      group.spawn(move_until(mover, i, slots, end));
    }
    co_return;
  });
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The test file and what is needed to move its objects; the file goes with it.
class Bench {
 public:
  explicit Bench(const Settings& settings)
      : settings_(settings),
        path_(settings.directory + "/versus-fio-" + std::to_string(::getpid()) + ".tmp"),
        file_(io::open_file(path_, {.create = true, .preallocate = settings.size()})) {
    write_once();
  }
  ~Bench() { ::unlink(path_.c_str()); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  const std::string& path() const { return path_; }

  Speed run(io::Direction direction) {
    FillOnce source;
    async::Loop loop(clock_);
    io::Queue queue(loop, io::make_uring_engine({.depth = kDepth}), {.piece = kPiece});
    const Mover mover{.loop = loop,
                      .queue = queue,
                      .file = file_.get(),
                      .direction = direction,
                      .source = source};
    queue.take_figures();
    const double cpu_before = cpu_seconds();
    const Time start = clock_.now();
    loop.run(move_objects(mover, settings_));
    const double seconds = to_seconds(clock_.now() - start);
    const double cpu = cpu_seconds() - cpu_before;
    const io::QueueFigures& figures = queue.figures();
    depth_ = static_cast<double>(figures.depth_ns) / static_cast<double>(figures.busy_ns);
    const double gb = static_cast<double>(figures.read_bytes + figures.write_bytes) / 1e9;
    return {.gb_per_s = gb / seconds, .cpu_s_per_gb = cpu / gb};
  }
  // Of the last run: pieces in the engine, on average over the time in which there were any.
  double achieved_depth() const { return depth_; }

 private:
  void write_once() {
    FillOnce source;
    async::Loop loop(clock_);
    io::Queue queue(loop, io::make_uring_engine({.depth = kDepth}), {.piece = kPiece});
    const Mover mover{.loop = loop,
                      .queue = queue,
                      .file = file_.get(),
                      .direction = io::Direction::write,
                      .source = source};
    loop.run([](const Mover& writer, std::uint64_t slots) -> async::Task<> {
      for (std::uint64_t slot = 0; slot < slots; ++slot) co_await move_one(writer, slot);
    }(mover, settings_.size() / kObject));
    if (::fdatasync(file_.get()) != 0) throw_errno("sync", path_);
  }

  Settings settings_;
  std::string path_;
  UniqueFd file_;
  async::RealClock clock_;
  double depth_ = 0;
};

// --- fio's side ---

// fio's --mem=mmaphuge takes pages from the pool of the administrator, which is empty by default.
// Raised for as long as this lives; needs root.
class HugePagePool {
 public:
  HugePagePool() {
    std::ifstream(kPath) >> before_;
    if (before_ >= kNeeded) return;
    std::ofstream(kPath) << kNeeded;
    raised_ = true;
  }
  ~HugePagePool() {
    if (raised_) std::ofstream(kPath) << before_;
  }
  HugePagePool(const HugePagePool&) = delete;
  HugePagePool& operator=(const HugePagePool&) = delete;

  bool enough() const {
    std::uint64_t now = 0;
    std::ifstream(kPath) >> now;
    return now >= kNeeded;
  }

 private:
  static constexpr const char* kPath = "/proc/sys/vm/nr_hugepages";
  static constexpr std::uint64_t kNeeded = 24;  // of 2 MiB: 16 pieces of 1 MiB and fio's own rest
  std::uint64_t before_ = 0;
  bool raised_ = false;
};

std::string output_of(const std::string& command) {
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw_errno("start", command);
  std::string text;
  std::array<char, 4096> chunk;
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    text.append(chunk.data(), got);
  }
  const int status = ::pclose(pipe);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Error("failed: " + command + "\n" + text);
  return text;
}

// "randread:16" goes to a new random place after every 16 blocks: objects of 16 MiB, as ours.
// Without scrambling fio leaves its write buffers alone, as we do.
Speed run_fio(const std::string& path, io::Direction direction, const std::string& memory,
              const Settings& settings) {
  const bool is_read = direction == io::Direction::read;
  const std::string text = output_of(fmt::format(
      "fio --name=objects --filename='{}' --size={} --rw={}:16 --norandommap --randrepeat=0 "
      "--bs=1m --direct=1 --ioengine=io_uring --iodepth={} --mem={} --scramble_buffers=0 "
      "--allow_file_create=0 --time_based --runtime={} --output-format=json",
      path, settings.size().count(), is_read ? "randread" : "randwrite", kDepth, memory,
      settings.seconds));
  const auto report = nlohmann::json::parse(text.substr(std::min(text.find('{'), text.size())));
  const auto& job = report.at("jobs").at(0);
  const auto& way = job.at(is_read ? "read" : "write");
  const double gb = way.at("io_bytes").get<double>() / 1e9;
  const double cpu_share =
      (job.at("usr_cpu").get<double>() + job.at("sys_cpu").get<double>()) / 100;
  return {.gb_per_s = gb / (way.at("runtime").get<double>() / 1e3),
          .cpu_s_per_gb = cpu_share * job.at("job_runtime").get<double>() / 1e3 / gb};
}

// --- The comparison ---

struct Series {
  std::vector<double> gb_per_s;
  std::vector<double> cpu_s_per_gb;
  void add(const Speed& speed) {
    gb_per_s.push_back(speed.gb_per_s);
    cpu_s_per_gb.push_back(speed.cpu_s_per_gb);
  }
};

struct Comparison {
  Series ours, fio, fio_ordinary;
  std::vector<double> ratios;  // of pairs
  double depth = 0;
};

Comparison compare(Bench& bench, io::Direction direction, const std::string& memory,
                   const Settings& settings) {
  Comparison all;
  for (std::size_t i = 0; i < settings.pairs; ++i) {
    const Speed ours = bench.run(direction);
    const Speed fio = run_fio(bench.path(), direction, memory, settings);
    all.ours.add(ours);
    all.fio.add(fio);
    all.ratios.push_back(ours.gb_per_s / fio.gb_per_s);
    all.fio_ordinary.add(run_fio(bench.path(), direction, "malloc", settings));
  }
  all.depth = bench.achieved_depth();
  return all;
}

void print_row(const char* name, const Series& series) {
  const auto [least, most] = std::ranges::minmax_element(series.gb_per_s);
  fmt::print("  {:<22} {:>6.2f} [{:.2f}-{:.2f}] GB/s  {:>8.4f} CPU s/GB\n", name,
             median(series.gb_per_s), *least, *most, median(series.cpu_s_per_gb));
}

bool print_and_judge(const char* name, const Comparison& all, const std::string& memory) {
  fmt::print("{} (medians of {} pairs)\n", name, all.ratios.size());
  print_row("spillway", all.ours);
  print_row(fmt::format("fio --mem={}", memory).c_str(), all.fio);
  print_row("fio, ordinary pages", all.fio_ordinary);
  const double ratio = median(all.ratios);
  const double cpu = median(all.ours.cpu_s_per_gb);
  const bool good = ratio >= kLeastRatio && cpu <= kMostCpuSecondsPerGb;
  const auto [least, most] = std::ranges::minmax_element(all.ratios);
  fmt::print(
      "  ratio {:.3f} [{:.3f}-{:.3f}] (at least {}), CPU {:.4f} (at most {}), depth {:.1f}: {}\n",
      ratio, *least, *most, kLeastRatio, cpu, kMostCpuSecondsPerGb, all.depth,
      good ? "good" : "MISSED");
  return good;
}

int run(const Settings& settings) {
  check(settings.directory.find('\'') == std::string::npos, "fio's file name can be quoted");
  const HugePagePool pool;
  const std::string memory = pool.enough() ? "mmaphuge" : "malloc";
  if (!pool.enough()) {
    fmt::print(
        "No huge pages for fio (needs root): fio runs with ordinary pages, which is slower.\n");
  }
  Bench bench(settings);
  const Comparison reads = compare(bench, io::Direction::read, memory, settings);
  const Comparison writes = compare(bench, io::Direction::write, memory, settings);
  const bool reads_good = print_and_judge("reads", reads, memory);
  const bool writes_good = print_and_judge("writes", writes, memory);
  return reads_good && writes_good ? 0 : 1;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  spillway::Settings settings;
  CLI::App app("16 MiB objects through io::Queue against fio on the same file");
  app.add_option("--dir", settings.directory, "where the file goes; on a disk with direct I/O")
      ->check(CLI::ExistingDirectory);
  app.add_option("--seconds", settings.seconds, "length of each run")->check(CLI::PositiveNumber);
  app.add_option("--pairs", settings.pairs, "pairs for reads, and for writes")
      ->check(CLI::PositiveNumber);
  app.add_option("--size-gib", settings.size_gib, "size of the file")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    return spillway::run(settings);
  } catch (const spillway::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
