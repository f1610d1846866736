#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <time.h>

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/c_handle.h"
#include "base/file.h"

namespace lp::net {

namespace {

using Bio = CHandle<BIO, BIO_free>;
using Certificate = CHandle<X509, X509_free>;
using PrivateKey = CHandle<EVP_PKEY, EVP_PKEY_free>;

constexpr std::size_t cert_bytes_max = 256 * 1024;
constexpr std::size_t key_bytes_max = 64 * 1024;
constexpr long ticket_seconds = 2 * 3'600;

// Both have AEAD and forward secrecy; in our order.
constexpr const char* suites_12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* suites_13 =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

// A client that wants another protocol of the same name is not answered in HTTP (RFC 7301 §3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes,
                    const unsigned char* offered, unsigned int offered_bytes, void*) {
  static constexpr unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int outcome =
      SSL_select_next_proto(&found, chosen_bytes, ours, sizeof ours, offered, offered_bytes);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// An encrypted key would make OpenSSL ask on the terminal.
int no_password(char*, int, int, void*) {
  return -1;
}

SSL_CTX* fresh_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  LP_ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(
      context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  LP_ASSERT(SSL_CTX_set_cipher_list(context, suites_12) == 1);
  LP_ASSERT(SSL_CTX_set_ciphersuites(context, suites_13) == 1);
  LP_ASSERT(SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, ticket_seconds);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  return context;
}

Instant instant_of(const ASN1_TIME* time) {
  tm broken_down{};
  if (ASN1_TIME_to_tm(time, &broken_down) != 1) return Instant{};
  return Instant{static_cast<std::int64_t>(::timegm(&broken_down)) * 1'000};
}

std::vector<Certificate> read_certificates(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<Certificate> chain;
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr)) {
    chain.emplace_back(next);
  }
  return chain;
}

PrivateKey read_key(const Secret& pem) {
  const auto bytes = pem.reveal();
  const Bio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  return PrivateKey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
}

// Whether the key is the leaf's; the rest of the chain is sent along.
bool install(SSL_CTX* context, const std::vector<Certificate>& chain, EVP_PKEY* key) {
  if (SSL_CTX_use_certificate(context, chain.front().get()) != 1) return false;
  if (SSL_CTX_use_PrivateKey(context, key) != 1) return false;
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) return false;
  }
  return SSL_CTX_check_private_key(context) == 1;
}

// ---- The socket as OpenSSL sees it. Its own socket BIO writes with write(2), and a peer that is
// gone would then end the process by SIGPIPE.

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

void set_socket(BIO* bio, int socket) {
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));  // NOLINT
}

bool try_again() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int bio_write(BIO* bio, const char* bytes, int count) {
  BIO_clear_retry_flags(bio);
  const auto wanted = static_cast<std::size_t>(count);
  const ssize_t sent = ::send(socket_of(bio), bytes, wanted, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && try_again()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* into, int count) {
  BIO_clear_retry_flags(bio);
  const ssize_t got = ::recv(socket_of(bio), into, static_cast<std::size_t>(count), MSG_DONTWAIT);
  if (got < 0 && try_again()) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
  LP_ASSERT(method != nullptr);
  BIO_meth_set_write(method, bio_write);
  BIO_meth_set_read(method, bio_read);
  BIO_meth_set_ctrl(method, bio_control);
  return method;
}

BIO* socket_bio(int socket) {
  // OpenSSL wants its table to live as long as any BIO of it.
  static const CHandle<BIO_METHOD, BIO_meth_free> method(make_method());
  BIO* bio = BIO_new(method.get());
  if (bio == nullptr) return nullptr;
  set_socket(bio, socket);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}

TlsContext::TlsContext(Handle handle, Instant valid_until)
    : handle_(std::move(handle)), valid_until_(valid_until) {}

std::expected<std::shared_ptr<const TlsContext>, std::string> TlsContext::load(
    const std::string& cert_path, const std::string& key_path) {
  const auto cert_pem = read_file(cert_path, cert_bytes_max);
  if (!cert_pem) return std::unexpected("server.tls.cert: " + to_string(cert_pem.error()));
  const auto key_pem = read_secret_file(key_path, key_bytes_max);
  if (!key_pem) return std::unexpected("server.tls.key: " + to_string(key_pem.error()));
  const auto chain = read_certificates(*cert_pem);
  const auto key = read_key(*key_pem);
  Handle handle(fresh_context());
  const bool installed = !chain.empty() && key && install(handle.get(), chain, key.get());
  ERR_clear_error();
  if (chain.empty()) {
    return std::unexpected("server.tls.cert: " + cert_path + " holds no certificate in PEM.");
  }
  if (!key) {
    return std::unexpected("server.tls.key: " + key_path +
                           " holds no private key in PEM, or one with a password.");
  }
  if (!installed) {
    return std::unexpected("server.tls.key: " + key_path + " is not the key of " + cert_path +
                           ", or too weak.");
  }
  const Instant valid_until = instant_of(X509_get0_notAfter(chain.front().get()));
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(handle), valid_until));
}

std::shared_ptr<const TlsContext> TlsContext::with_new_ticket_keys() const {
  // OpenSSL draws the keys of tickets when a context is made.
  Handle handle(fresh_context());
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(handle_.get(), &chain);
  LP_ASSERT(SSL_CTX_use_certificate(handle.get(), SSL_CTX_get0_certificate(handle_.get())) == 1);
  LP_ASSERT(SSL_CTX_use_PrivateKey(handle.get(), SSL_CTX_get0_privatekey(handle_.get())) == 1);
  if (chain != nullptr) LP_ASSERT(SSL_CTX_set1_chain(handle.get(), chain) == 1);
  return std::shared_ptr<const TlsContext>(new TlsContext(std::move(handle), valid_until_));
}

void TlsStream::Free::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}

TlsStream::TlsStream(const TlsContext& context, int socket) : ssl_(SSL_new(context.handle_.get())) {
  BIO* bio = ssl_ ? socket_bio(socket) : nullptr;
  broken_ = bio == nullptr;
  if (broken_) return;
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsStream::~TlsStream() {
  finish_sending();
}

TlsStream::Status TlsStream::status_of(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_NONE:
      return Status::done;
    case SSL_ERROR_WANT_READ:
      return Status::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Status::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Status::ended;
    default:
      broken_ = true;
      return Status::broken;
  }
}

TlsStream::Status TlsStream::handshake() {
  if (broken_) return Status::broken;
  ERR_clear_error();
  const Status status = status_of(SSL_do_handshake(ssl_.get()));
  shaken_ = status == Status::done;
  return status;
}

TlsStream::Result TlsStream::read(std::span<char> into) {
  if (broken_) return {Status::broken};
  ERR_clear_error();
  std::size_t count = 0;
  const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &count);
  return {status_of(returned), count};
}

TlsStream::Result TlsStream::write(std::string_view bytes) {
  if (broken_) return {Status::broken};
  ERR_clear_error();
  std::size_t count = 0;
  const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
  return {status_of(returned), count};
}

TlsStream::Status TlsStream::peek() {
  if (broken_) return Status::broken;
  ERR_clear_error();
  char byte = 0;
  std::size_t count = 0;
  return status_of(SSL_peek_ex(ssl_.get(), &byte, 1, &count));
}

void TlsStream::finish_sending() {
  if (!shaken_ || broken_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

void TlsStream::detach() {
  if (BIO* bio = ssl_ ? SSL_get_wbio(ssl_.get()) : nullptr) set_socket(bio, -1);
  broken_ = true;
}

}  // namespace lp::net
