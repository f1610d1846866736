// TLS at the public side: what the server shows (TlsContext) and one connection of it (TlsStream).
//
// TLS 1.3, and 1.2 with forward secrecy and AEAD only; no compression, no renegotiation, no early
// data. Sessions are resumed by tickets alone, so the server remembers none; their keys change with
// every context. Over a socket directly instead of Asio's ssl::stream, which keeps about 70 KB of
// buffers for a connection that waits: here an idle connection has none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"

struct ssl_ctx_st;
struct ssl_st;

namespace lp::net {

// A certificate and its key, with the keys of the tickets given out under it. Constant, and shared
// by the net threads: a connection goes on with the context that it began with.
class TlsContext {
 public:
  // PEM files: the certificate with its chain, leaf first, and its key, a secret of the service
  // user (base/file.h). The error is a sentence that names the file.
  static std::expected<std::shared_ptr<const TlsContext>, std::string> load(
      const std::string& cert_path, const std::string& key_path);

  // The same certificate; tickets given out before are no longer taken.
  [[nodiscard]] std::shared_ptr<const TlsContext> with_new_ticket_keys() const;

  [[nodiscard]] Instant valid_until() const { return valid_until_; }

 private:
  friend class TlsStream;
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  using Handle = std::unique_ptr<ssl_ctx_st, Free>;

  TlsContext(Handle handle, Instant valid_until);

  Handle handle_;
  Instant valid_until_;
};

// The server's end of one connection. Never waits; belongs to one net thread.
class TlsStream {
 public:
  enum class Status : std::uint8_t {
    done,
    wants_read,   // nothing happened: again, with the same arguments, when the socket is readable
    wants_write,  // the same, when it is writable
    ended,        // the peer has said that it sends no more
    broken,       // for good: a breach of the protocol, or a socket that ended without a word
  };
  struct Result {
    Status status;
    std::size_t count = 0;  // bytes; more than 0 exactly when a read or a write is done
  };

  // The socket stays the caller's and must outlive the stream or be taken away by `detach`.
  TlsStream(const TlsContext& context, int socket);
  // Says that nothing more comes, if there was a handshake and the peer can be told at once.
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  [[nodiscard]] bool shaken() const { return shaken_; }  // there was a handshake
  Status handshake();
  Result read(std::span<char> into);
  Result write(std::string_view bytes);
  // Whether there is something to read, without reading it: done, wants_read, ended or broken.
  Status peek();
  // Says that we send no more; what still comes can be read.
  void finish_sending();
  // Before the socket is closed: its number may be another's a moment later.
  void detach();

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };

  Status status_of(int returned);

  std::unique_ptr<ssl_st, Free> ssl_;
  bool shaken_ = false;
  bool broken_ = false;
};

}  // namespace lp::net
