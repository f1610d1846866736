// The policy of a project: versions that people upload, and the one in force, by which the server
// rules on what is asked.
//
// A version comes into force by a request of the server's own, which shows the document and what it
// changes: somebody else than its author approves it like any other request, and what makes it so
// is that decision. Nothing else does, and an earlier version comes back in the same way. Such a
// request is never ruled by a policy, so that no policy can lock itself in.

#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "core/apply.h"
#include "core/directory.h"
#include "core/request_event.h"
#include "core/work.h"

namespace lp::core {

// A new version; the newest one again is no other. `document` compiles: the door has read it.
struct PushPolicy {
  std::string project, document;
  Digest sha256;       // policy::Document::sha256
  std::string author;  // a member; "": the operator
  evidence::Actor actor;
  struct Result {
    std::uint64_t version = 0;
    bool known = false;
  };
};

// Asks people to put a version into force.
struct ActivatePolicy {
  std::string project;
  std::uint64_t version = 0;
  std::string asked_by;  // a member; "": the operator
  evidence::Actor actor;
  struct Result {
    std::string request;
    evidence::Level level = evidence::Level::high;
    Instant decide_by;
  };
};

Applied<PushPolicy> apply(Work& work, PushPolicy& command);
Applied<ActivatePolicy> apply(Work& work, ActivatePolicy& command);

// What such a request is about: only the server can ask for it (door: api/letsping/ingest_body).
inline constexpr std::string_view own_service = "letsping";
inline constexpr std::string_view activate_action = "policy.activate";
// Instead of an API key, on requests of the server's own: no key has such an id.
inline constexpr std::string_view own_api_key = "server";

// Why this version cannot come into force in the project as it is, as a sentence; "" when it can.
std::string why_not_in_force(const policy::Document& document, const ProjectView& project);

// What a document changes against the one in force: [{change, part, before?, after?}].
// Nothing where that one does not read any more.
store::Result<json::Value> policy_changes(store::Reader& reader, const ProjectView& project,
                                          const policy::Document& document);

// Of an approval: whether the version that the request asks for can still come into force. All
// other requests may.
std::expected<void, Refused> may_activate(Work& work, const Work::Open& open, const Opened& opened,
                                          bool edited);
// Puts it into force with the batch that approves the request; nothing for all other requests.
void activate_approved(Work& work, const Work::Open& open, const Opened& opened,
                       const evidence::Actor& actor);

// A log that opens in the place of another goes on under the same policy.
void carry_policy(Work& work, const std::string& before, const store::Project& successor);

}  // namespace lp::core
