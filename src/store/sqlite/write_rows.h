// Each row type into its table: one function a type, inside the transaction of the caller.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace lp::store {

// A project's place in the integer keys. Numbers are given once and never used again.
using ProjectNumbers = std::map<std::string, std::int64_t, std::less<>>;

// A leaf's key is its project's number << leaf_index_bits | its index.
inline constexpr unsigned leaf_index_bits = 40;

// Applies the changes of one batch. A failure leaves the transaction to be rolled back.
class RowWriter {
 public:
  // `numbers` grows when a project is inserted; after a rollback it must be read again.
  RowWriter(Database& database, ProjectNumbers& numbers) : database_(database), numbers_(numbers) {}

  Result<void> write(const Project& row);
  Result<void> write(const LogHead& row);
  Result<void> write(const Leaf& row);
  Result<void> write(const UpperHash& row);
  Result<void> write(const Anchor& row);
  Result<void> write(const AnchorUpperHash& row);
  Result<void> write(const CosignedHead& row);
  Result<void> write(const Member& row);
  Result<void> write(const Device& row);
  Result<void> write(const Passkey& row);
  Result<void> write(const LinkedAccount& row);
  Result<void> write(const AccountLink& row);
  Result<void> write(const UsedToken& row);
  Result<void> write(const Roster& row);
  Result<void> write(const ApiKey& row);
  Result<void> write(const Agent& row);
  Result<void> write(const AgentNonce& row);
  Result<void> write(const ProjectSecret& row);
  Result<void> write(const Session& row);
  Result<void> write(const SetupToken& row);
  Result<void> write(const RosterProposal& row);
  Result<void> write(const ErasureProposal& row);
  Result<void> write(const LoginLink& row);
  Result<void> write(const Webhook& row);
  Result<void> write(const Channel& row);
  Result<void> write(const PushSubscription& row);
  Result<void> write(const ReachHealth& row);
  Result<void> write(const Request& row);
  Result<void> write(const Revision& row);
  Result<void> write(const RequestState& row);
  Result<void> write(const Review& row);
  Result<void> write(const Delivery& row);
  Result<void> write(const Assignment& row);
  Result<void> write(const Snooze& row);
  Result<void> write(const Handoff& row);
  Result<void> write(const HandoffEvent& row);
  Result<void> write(const Idempotency& row);
  Result<void> write(const Snapshot& row);
  Result<void> write(const GraphCheckpoint& row);
  Result<void> write(const OutboxItem& row);
  Result<void> write(const LegalHold& row);
  Result<void> write(const RequestKey& row);
  Result<void> write(const ContentKey& row);
  Result<void> write(const WrapKey& row);
  Result<void> write(const WrappedKey& row);
  Result<void> write(const KeyCopy& row);
  Result<void> write(const PolicyVersion& row);
  Result<void> write(const PolicyActivation& row);
  Result<void> write(const Permit& row);
  Result<void> write(const Epoch& row);

  Result<void> remove(const DeleteSession& removal);
  Result<void> remove(const DeleteAccountLink& removal);
  Result<void> remove(const DeleteSetupTokens& removal);
  Result<void> remove(const DeleteRosterProposal& removal);
  Result<void> remove(const DeleteErasureProposal& removal);
  Result<void> remove(const DeleteExpired& removal);
  Result<void> remove(const DeleteGraphThread& removal);
  Result<void> remove(const DeleteIdempotencyBefore& removal);
  Result<void> remove(const DeleteHold& removal);
  Result<void> remove(const DeleteChannel& removal);
  Result<void> remove(const DeletePushSubscription& removal);
  Result<void> remove(const EraseRequest& removal);
  Result<void> remove(const EraseMember& removal);
  Result<void> remove(const DeleteKeyCopy& removal);
  Result<void> remove(const DeleteWrappedKey& removal);
  Result<void> remove(const DeleteWrappedKeys& removal);

  Result<void> set(const Setting& setting);

 private:
  // Runs `query` with `values` bound to its parameters in order.
  template <typename... Values>
  Result<void> run(Query query, const Values&... values) {
    auto statement = database_.statement(query);
    if (!statement) return std::unexpected(std::move(statement.error()));
    return (*statement)->run(values...);
  }
  Result<std::int64_t> number_of(std::string_view project) const;

  Database& database_;
  ProjectNumbers& numbers_;
};

}  // namespace lp::store
