// What anybody may know of this server without a key: the public keys that its signatures are
// checked with, and whom to tell of a weakness.
//
// Whoever takes the keys from the server that they shall check learns that it is consistent, not
// that it is honest: trust files are pinned once (evidence.md 9).

#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/directory.h"
#include "net/message.h"

namespace lp::api {

struct Call;
struct Context;

// The transparency document of the newest directory: it costs a query a project, and anybody may
// ask for it. Thread-safe.
class PublishedLogs {
 public:
  // The document that was made for this directory; null when there is none.
  [[nodiscard]] std::shared_ptr<const std::string> of(const core::DirectoryPtr& directory) const;
  void keep(core::DirectoryPtr directory, std::shared_ptr<const std::string> document);

 private:
  mutable std::mutex mutex_;
  core::DirectoryPtr directory_;
  std::shared_ptr<const std::string> document_;
};

// GET /.well-known/jwks.json: the issuer keys of all projects, `kid` as in the header of a JWS.
net::Outcome show_jwks(Context& context, Call& call);
// GET /.well-known/letsping-transparency: the logs, their keys with validity, roster genesis; the
// same for Sigstore's clients.
net::Outcome show_transparency(Context& context, Call& call);
// GET /.well-known/security.txt (RFC 9116); 404 where no contact is set.
net::Outcome show_security_txt(Context& context, Call& call);

}  // namespace lp::api
