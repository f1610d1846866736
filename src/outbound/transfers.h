// HTTP requests and mails on their way, many at once on one thread. The only place that sees
// libcurl.
//
// What a receiver can do is bounded: so long for one request, so many bytes of an answer, no
// redirect, no decompression, no proxy, no credentials in URLs. Of an answer only the status
// counts, unless its body is asked for.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "outbound/guard.h"
#include "outbound/schedule.h"
#include "outbound/signature.h"

namespace lp::outbound {

enum class Method : std::uint8_t { post, get };

// Whom a mail is from and for, as addresses alone; `user` "" where the server asks for nobody.
struct Envelope {
  std::string from, to, user;
  Secret password;
};

// One request; a GET has no body. Or, with an envelope, one mail: the URL is the mail server's,
// smtp: or smtps:, and the body the whole message. Without TLS no mail leaves.
struct Delivery {
  std::string url;
  Headers headers;
  std::string body;
  Method method = Method::post;
  std::optional<Envelope> mail = {};
};

struct TransferOptions {
  std::int64_t attempt_ms_max = 5'000;  // resolving, connecting, sending and waiting together
  std::int64_t mail_ms_max = 15'000;    // the same of a mail, which is many turns
  std::size_t answer_bytes_max = 64 * 1024;
  bool keep_body = false;
  // One connection for one request after the other. Only where every URL is of one host: the guard
  // is asked when a connection is made.
  bool keep_connection = false;
  std::string authorities;  // PEM file of those to trust; "": the system's
  // What mail may be handed to: the server that the operator named, wherever it is. None: no mail.
  std::optional<Guard> mail_guard = {};
  std::vector<std::string> resolve;  // "host:port:address": names for tests, in libcurl's form
};

class Transfers {
 public:
  struct Finished {
    std::int64_t id = 0;
    Answer answer;
    std::string body;  // of an answer that came whole, when it is kept
  };

  Transfers(Guard guard, TransferOptions options);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void begin(std::int64_t id, Delivery delivery);
  // Moves everything forward for at most `ms`; returns early when something is finished.
  std::vector<Finished> wait(std::int64_t ms);
  // From any thread: ends a wait.
  void wake();

  [[nodiscard]] std::size_t running() const;
  // How many sockets the guard has let through.
  [[nodiscard]] std::uint64_t sockets_opened() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lp::outbound
