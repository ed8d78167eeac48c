// SPDX-License-Identifier: Apache-2.0
#include "text/zstd_writer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "core/error.h"

namespace spillway::text {
namespace {

constexpr std::size_t kWriteAtOnce = std::size_t{256} << 10U;
constexpr int kLevel = 3;  // zstd's own default: 10 to 20 times smaller for a trace, at disk speed

UniqueFd create(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!fd) throw_errno("create", path);
  return fd;
}

std::size_t checked(std::size_t result, const std::string& path) {
  if (ZSTD_isError(result) == 0U) return result;
  throw Error(fmt::format("compress {}: {}", path, ZSTD_getErrorName(result)));
}

}  // namespace

struct ZstdWriter::Frame {
  struct Free {
    void operator()(ZSTD_CCtx* owned) const { ZSTD_freeCCtx(owned); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context{ZSTD_createCCtx()};
  std::vector<char> room = std::vector<char>(ZSTD_CStreamOutSize());
};

bool is_zstd_path(std::string_view path) { return path.ends_with(".zst"); }

ZstdWriter::ZstdWriter(std::string path) : path_(std::move(path)), fd_(create(path_)) {
  if (!is_zstd_path(path_)) return;
  frame_ = std::make_unique<Frame>();
  if (frame_->context == nullptr) throw Error(fmt::format("compress {}: out of memory", path_));
  ZSTD_CCtx* const context = frame_->context.get();
  checked(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel), path_);
  checked(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1), path_);
}

ZstdWriter::ZstdWriter(ZstdWriter&&) noexcept = default;
ZstdWriter& ZstdWriter::operator=(ZstdWriter&&) noexcept = default;
ZstdWriter::~ZstdWriter() = default;

void ZstdWriter::append(std::string_view text) {
  if (frame_) {
    compress(text, Last::no);
  } else {
    waiting_ += text;
  }
  if (waiting_.size() >= kWriteAtOnce) write_out();
}

void ZstdWriter::close() {
  if (frame_) compress({}, Last::yes);
  write_out();
  // A pipe or a terminal cannot be synced and has nothing to lose.
  if (::fsync(fd_.get()) != 0 && errno != EINVAL && errno != EROFS) throw_errno("sync", path_);
  fd_ = {};
}

void ZstdWriter::compress(std::string_view text, Last last) {
  const ZSTD_EndDirective mode = last == Last::yes ? ZSTD_e_end : ZSTD_e_continue;
  ZSTD_inBuffer in = {.src = text.data(), .size = text.size(), .pos = 0};
  for (bool done = false; !done;) {
    ZSTD_outBuffer out = {.dst = frame_->room.data(), .size = frame_->room.size(), .pos = 0};
    const std::size_t left =
        checked(ZSTD_compressStream2(frame_->context.get(), &out, &in, mode), path_);
    waiting_.append(frame_->room.data(), out.pos);
    done = last == Last::yes ? left == 0 : in.pos == in.size;
  }
}

void ZstdWriter::write_out() {
  for (std::string_view left = waiting_; !left.empty();) {
    const ssize_t written = ::write(fd_.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write", path_);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  waiting_.clear();
}

}  // namespace spillway::text
