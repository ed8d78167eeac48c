// TLS: streams over streams, 1.2 or newer, by OpenSSL.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "async/stop.h"
#include "async/task.h"
#include "net/stream.h"

namespace spillway::net {

struct TlsClientOptions {
  std::string ca_file;    // PEM; empty for the certificates that the machine trusts
  bool insecure = false;  // take any certificate, of anybody
};

// What connections of one kind share: keys, and whom to trust. Outlives its streams.
class TlsContext {
 public:
  // PEM files. Throws Error for one that cannot be read, and for a key that is another's.
  static TlsContext server(const std::string& certificate_file, const std::string& key_file);
  // Throws Error for a CA file that cannot be read.
  static TlsContext client(const TlsClientOptions& options = {});

  TlsContext(TlsContext&& other) noexcept;
  TlsContext& operator=(TlsContext&& other) noexcept;
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

 private:
  friend class TlsStream;
  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

struct Greeted {
  std::unique_ptr<Stream> stream;  // null when it failed
  std::string failure;             // why, then: "certificate verify failed (self-signed ...)"
};

// Agrees with the peer at the other end of `stream`. A client checks that the certificate is for
// `host`, a name or an address, unless it is insecure; a server leaves the host empty.
//
// The stream that it gives reads `closed` only after the peer's close_notify: without it what was
// read may have been cut by anybody, and the read has failed with EPROTO. end_writing() sends ours.
// A write that would block is tried again with the same bytes in front, as write_all() does.
async::Task<Greeted> handshake(const TlsContext& context, std::unique_ptr<Stream> stream,
                               std::string host, async::Stop& stop);

}  // namespace spillway::net
