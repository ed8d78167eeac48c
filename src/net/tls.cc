// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string_view>
#include <utility>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/error.h"

namespace spillway::net {
namespace {

// A record of TLS holds 16 KiB (RFC 8446, section 5.1): several are read at once.
constexpr std::size_t kReadAtOnce = std::size_t{32} << 10U;
// Of one write: so much and no more may wait in encrypted form for room below.
constexpr std::size_t kWriteAtOnce = std::size_t{64} << 10U;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSession {
  void operator()(SSL* session) const { SSL_free(session); }
};

// The first fault of OpenSSL's list, which is emptied.
std::string last_fault() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(code);
  if (ERR_SYSTEM_ERROR(code)) return errno_text(ERR_GET_REASON(code));
  return reason == nullptr ? "unknown fault of OpenSSL" : reason;
}

[[noreturn]] void fail(std::string_view doing, std::string_view what, std::string_view advice) {
  throw Error(fmt::format("{} {}: {}; {}", doing, what, last_fault(), advice));
}

std::unique_ptr<SSL_CTX, FreeContext> make_context(const SSL_METHOD* method) {
  std::unique_ptr<SSL_CTX, FreeContext> context(SSL_CTX_new(method));
  if (!context) fail("set up", "TLS", "check the installation of OpenSSL");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // A peer could else make a write wait for a read.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  return context;
}

bool is_address(const std::string& host) {
  const std::unique_ptr<ASN1_OCTET_STRING, void (*)(ASN1_OCTET_STRING*)> address(
      a2i_IPADDRESS(host.c_str()), ASN1_OCTET_STRING_free);
  ERR_clear_error();
  return address != nullptr;
}

int int_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

struct TlsContext::Impl {
  std::unique_ptr<SSL_CTX, FreeContext> context;
  bool is_server = false;
  bool verifies = false;
};

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::TlsContext(TlsContext&& other) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&& other) noexcept = default;
TlsContext::~TlsContext() = default;

TlsContext TlsContext::server(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  auto context = make_context(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    fail("read the TLS certificate", certificate_file, "give a readable PEM file");
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail("read the TLS key", key_file, "give the PEM file with the key of the certificate");
  }
  return TlsContext(std::make_unique<Impl>(
      Impl{.context = std::move(context), .is_server = true, .verifies = false}));
}

TlsContext TlsContext::client(const TlsClientOptions& options) {
  ERR_clear_error();
  auto context = make_context(TLS_client_method());
  if (options.ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_locations(context.get(), options.ca_file.c_str(), nullptr) != 1) {
    fail("read the CA certificates", options.ca_file, "give a readable PEM file");
  }
  SSL_CTX_set_verify(context.get(), options.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  return TlsContext(std::make_unique<Impl>(
      Impl{.context = std::move(context), .is_server = false, .verifies = !options.insecure}));
}

// OpenSSL speaks with two buffers in memory, and those are moved to and from the stream below.
class TlsStream final : public Stream {
 public:
  TlsStream(const TlsContext& context, std::unique_ptr<Stream> below, const std::string& host)
      : below_(std::move(below)), session_(SSL_new(context.impl_->context.get())) {
    check(session_ != nullptr, "OpenSSL has memory for a session");
    incoming_ = BIO_new(BIO_s_mem());
    outgoing_ = BIO_new(BIO_s_mem());
    check(incoming_ != nullptr && outgoing_ != nullptr, "OpenSSL has memory for its buffers");
    SSL_set_bio(session_.get(), incoming_, outgoing_);
    if (context.impl_->is_server) {
      SSL_set_accept_state(session_.get());
    } else {
      SSL_set_connect_state(session_.get());
      expect_host(host, context.impl_->verifies);
    }
  }

  // True when both ends have agreed; else why not.
  async::Task<bool> greet(std::string& failure, async::Stop& stop) {
    while (!stop.requested()) {
      ERR_clear_error();
      const int result = SSL_do_handshake(session_.get());
      const int wanted = SSL_get_error(session_.get(), result);
      const Transfer sent = co_await write_all_below(stop);
      if (result == 1 && sent.ok()) co_return true;
      if (wanted != SSL_ERROR_WANT_READ) {
        failure = result == 1 ? to_text(sent) : handshake_fault();
        co_return false;
      }
      const Transfer got = co_await read_below(stop);
      if (!got.ok()) {
        failure = to_text(got);
        co_return false;
      }
    }
    failure = "stopped";
    co_return false;
  }

  Transfer try_read(std::span<char> into) override {
    while (true) {
      ERR_clear_error();
      const int count = SSL_read(session_.get(), into.data(), int_size(into.size()));
      if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
      const int error = SSL_get_error(session_.get(), count);
      if (error == SSL_ERROR_ZERO_RETURN) return {.ended = Ended::closed};
      if (error != SSL_ERROR_WANT_READ) return {.ended = Ended::failed, .error = EPROTO};
      flush();  // a read may have made an answer, to a change of keys say
      const Transfer got = take_from_below();
      if (got.ended == Ended::closed) return {.ended = Ended::failed, .error = EPROTO};
      if (!got.ok()) return got;
    }
  }

  Transfer try_write(std::string_view bytes) override {
    const Transfer before = flush();
    if (!before.ok()) return before;
    if (owed_ == 0) {
      const Transfer encrypted = encrypt(bytes.substr(0, kWriteAtOnce));
      if (!encrypted.ok()) return encrypted;
      owed_ = encrypted.bytes;
      const Transfer after = flush();
      if (!after.ok()) return after;
    }
    check(owed_ <= bytes.size(), "a write that would block is tried again with the same bytes");
    return {.bytes = std::exchange(owed_, 0)};
  }

  async::Task<> readable(async::Stop& stop) override {
    if (SSL_pending(session_.get()) == 0) co_await below_->readable(stop);
  }

  async::Task<> writable(async::Stop& stop) override {
    if (flush().ended == Ended::would_block) co_await below_->writable(stop);
  }

  bool peer_is_local() const override { return below_->peer_is_local(); }

  void end_writing() override {
    SSL_shutdown(session_.get());
    ERR_clear_error();
    flush();
    below_->end_writing();
  }
  void close() override { below_->close(); }

 private:
  void expect_host(const std::string& host, bool verifies) {
    check(!host.empty() || !verifies, "who verifies a certificate says whose it is to be");
    if (is_address(host)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session_.get()), host.c_str());
    } else if (!host.empty()) {
      SSL_set_tlsext_host_name(session_.get(), host.c_str());
      SSL_set1_host(session_.get(), host.c_str());
    }
  }

  std::string handshake_fault() {
    const long verdict = SSL_get_verify_result(session_.get());
    std::string fault = last_fault();
    if (verdict == X509_V_OK) return fault;
    return fmt::format("{} ({})", fault, X509_verify_cert_error_string(verdict));
  }

  Transfer encrypt(std::string_view bytes) {
    std::size_t written = 0;
    while (written < bytes.size()) {
      ERR_clear_error();
      const std::string_view rest = bytes.substr(written);
      const int count = SSL_write(session_.get(), rest.data(), int_size(rest.size()));
      if (count <= 0) return {.ended = Ended::failed, .error = EPIPE};
      written += static_cast<std::size_t>(count);
    }
    return {.bytes = written};
  }

  Transfer take_from_below() {
    std::array<char, kReadAtOnce> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled
    const Transfer got = below_->try_read(buffer);
    if (got.ok()) BIO_write(incoming_, buffer.data(), static_cast<int>(got.bytes));
    return got;
  }

  async::Task<Transfer> read_below(async::Stop& stop) {
    while (true) {
      const Transfer got = take_from_below();
      if (got.ended != Ended::would_block) co_return got;
      if (stop.requested()) co_return Transfer{.ended = Ended::stopped};
      co_await below_->readable(stop);
    }
  }

  async::Task<Transfer> write_all_below(async::Stop& stop) {
    while (true) {
      const Transfer sent = flush();
      if (sent.ended != Ended::would_block) co_return sent;
      if (stop.requested()) co_return Transfer{.ended = Ended::stopped};
      co_await below_->writable(stop);
    }
  }

  // Sends what is encrypted: `moved` when nothing is left.
  Transfer flush() {
    while (true) {
      if (unsent_.empty() && !take_encrypted()) return {};
      const Transfer sent = below_->try_write(unsent_);
      if (!sent.ok()) return sent;
      unsent_.erase(0, sent.bytes);
    }
  }

  bool take_encrypted() {
    unsent_.resize(BIO_ctrl_pending(outgoing_));
    if (unsent_.empty()) return false;
    BIO_read(outgoing_, unsent_.data(), int_size(unsent_.size()));
    return true;
  }

  std::unique_ptr<Stream> below_;
  std::unique_ptr<SSL, FreeSession> session_;
  BIO* incoming_ = nullptr;  // the session's, as the other
  BIO* outgoing_ = nullptr;
  std::string unsent_;
  // Bytes of the caller's that are encrypted and not all sent: they count as moved once they are,
  // or who writes the last bytes would go, and leave them here.
  std::size_t owed_ = 0;
};

async::Task<Greeted> handshake(const TlsContext& context, std::unique_ptr<Stream> stream,
                               std::string host, async::Stop& stop) {
  auto tls = std::make_unique<TlsStream>(context, std::move(stream), host);
  Greeted greeted;
  const bool agreed = co_await tls->greet(greeted.failure, stop);
  if (agreed) greeted.stream = std::move(tls);
  co_return greeted;
}

}  // namespace spillway::net
