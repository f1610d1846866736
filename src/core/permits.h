// Permits: the one-time right of one executor to execute one approved request (spec approval.md,
// Permits; docs/reference/permits.md).
//
// A request gets one when its client announced the capability `permit` (the project's only executor
// shall execute) or `permit:<executor>` (that one). An executor is an API key of the role
// `executor`. The permit is made by the batch that approves, and its events continue the request's
// stream: issued → claimed → succeeded | failed | indeterminate, or issued → expired | revoked. A
// claim is one compare-and-set on lp-core: of any number of claims one wins.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/apply.h"
#include "core/keys.h"
#include "core/work.h"
#include "store/permit_rows.h"

namespace lp::core {

inline constexpr std::string_view permit_token_type = "lp-permit+jwt";
inline constexpr std::string_view permit_answer_type = "lp-claim+jwt";
inline constexpr std::int64_t permit_use_ms = 15LL * 60'000;
// Of a client that announced `defer`: nobody waits there. Not at critical.
inline constexpr std::int64_t permit_deferred_ms = 4LL * 3'600'000;
// From the claim on: without an outcome by then nobody knows what happened.
inline constexpr std::int64_t permit_lease_ms = 10LL * 60'000;

// The MACs of rows that no leaf holds, under a key of their own.
Digest permit_mac(const Keys& keys, const store::Permit& row);
Digest epoch_mac(const Keys& keys, const store::Epoch& row);

// The executor whom the client's capabilities ask for; nothing when it asks for no permit,
// executor_unknown when there is no such one.
std::expected<std::optional<std::string>, Refused> wanted_executor(
    const Directory& directory, std::string_view project,
    const std::vector<std::string>& capabilities);

// What the decision says of the permit that follows it.
struct PermitWish {
  std::string id, executor;
};
// Of an approval of this request; nothing when its client asked for no permit.
std::expected<std::optional<PermitWish>, Refused> permit_wish(
    Work& work, const store::Request& row, const std::vector<std::string>& capabilities);
// What the statement of an approval says of it. Without a permit nothing binds execution to it.
void bind_execution(evidence::Statement& approval, const std::optional<PermitWish>& wish);
// Issues it, behind the decision that this batch has appended for `open`; without a wish nothing.
void issue_permit(Work& work, const Work::Open& open, const ProjectView& project,
                  const std::optional<PermitWish>& wish,
                  const std::vector<std::string>& capabilities);

// How often the permits of a project, of an agent of it or of a tool were ended.
struct EpochNumbers {
  std::uint64_t project = 0, agent = 0, tool = 0;
  friend bool operator==(const EpochNumbers&, const EpochNumbers&) = default;
};
std::string tool_subject(std::string_view service, std::string_view action);
EpochNumbers epochs_of(const World& world, const std::string& project, const std::string& agent,
                       std::string_view service, std::string_view action);

// An issued permit can never be claimed from now on. `why`: "epoch" or "executor".
void revoke_permit(Work& work, const std::string& permit, const std::string& project,
                   const evidence::Actor& actor, std::string_view why);
// Those that name this executor.
void revoke_permits_of(Work& work, const std::string& project, const std::string& executor,
                       const evidence::Actor& actor);

struct ClaimPermit {
  std::string project, permit;
  std::string executor;  // API key id: who claims
  Digest token_sha256;   // of the token that it has, as it has it
  std::string nonce;     // its own, fresh
  std::string claim_key;
  struct Result {
    std::string answer;  // compact JWS
    Instant lease_until;
    bool replay = false;  // this key and nonce have claimed it before
  };
};

struct ReportOutcome {
  std::string project, permit, executor, claim_key;
  std::string outcome;  // "succeeded" | "failed" | "indeterminate"
  struct Result {
    std::string request;
    Instant recorded;
    std::uint64_t leaf_index;
    bool replay = false;
  };
};

Applied<ClaimPermit> apply(Work& work, ClaimPermit& command);
Applied<ReportOutcome> apply(Work& work, ReportOutcome& command);

// Ends permits whose use_by or lease is over, at most `limit`; the rest comes with the next batch.
void end_due_permits(Work& work, std::size_t limit);

// As it may be told: nothing that no signed checkpoint covers.
struct PermitView {
  store::Permit row;
  std::string state;  // "issued" while what came after is not under a signed checkpoint
};
std::expected<PermitView, Refused> view_permit(store::Reader& reader, const Keys& keys,
                                               const Directory& directory, store::Permit row);

}  // namespace lp::core
