#include "api/letsping/isolation.h"

#include <unistd.h>

namespace lp::api {

bool same_account(const net::Peer& peer) {
  return peer.uid && *peer.uid == ::geteuid();
}

}  // namespace lp::api
