// Certificates that tests make for themselves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <openssl/x509v3.h>

namespace spillway::net {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

inline File create(const std::filesystem::path& path) {
  return {std::fopen(path.c_str(), "w"), &fclose};
}

inline void add_names(X509* certificate, const char* names) {
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// A certificate that its own key has signed, for `names`: `<stem>.pem`, and `<stem>.key`.
inline void make_certificate(const std::string& stem, const char* names) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  add_names(certificate.get(), names);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  PEM_write_X509(create(stem + ".pem").get(), certificate.get());
  PEM_write_PrivateKey(create(stem + ".key").get(), key.get(), nullptr, nullptr, 0, nullptr,
                       nullptr);
}

}  // namespace spillway::net
