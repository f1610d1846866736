// What a batch takes away.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/rows.h"

namespace lp::store {

struct DeleteSession {
  Digest token;
};
struct DeleteAccountLink {
  Digest token;
};
struct DeleteSetupTokens {};  // all of them: one was used, or setup is over
struct DeleteRosterProposal {
  std::string id;
};
struct DeleteErasureProposal {
  std::string id;
};
// Sessions, proposals, links, used tokens, nonces of agents and snoozes whose end is at or before.
struct DeleteExpired {
  Instant now;
};
struct DeleteGraphThread {
  std::string project;
  std::string thread_id;
};
struct DeleteIdempotencyBefore {
  Instant created;
};
// With what is known of its health.
struct DeleteChannel {
  std::string id;
};
struct DeletePushSubscription {
  std::string id;
};
struct DeleteHold {
  std::string id;
};
// Everything of a request but its leaves, and of those the statements and what stood beside them.
// What the batch wrote of the request goes too.
struct EraseRequest {
  Erasure erasure;
  std::vector<std::uint64_t> indices;  // of its leaves, and of those of its handoffs
};
// Who a member was: the name, the sessions, the links and what was proposed about them. Their
// devices, passkeys and accounts count no more. The pseudonym and its dates stay.
struct EraseMember {
  std::string member;
  Instant at;
  std::vector<MemberErasure> erasures;  // one for each log that says so
};
struct DeleteKeyCopy {
  std::string member, id;
};
// One that its device holds no more.
struct DeleteWrappedKey {
  std::string project, kid, device;
};
// What was wrapped for a device that is to open it no more, or cannot.
struct DeleteWrappedKeys {
  std::string device;
  bool wrap_key_too = true;
};

}  // namespace lp::store
