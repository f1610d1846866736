#include "core/erasure_proposals.h"

#include <algorithm>

#include "base/assert.h"
#include "base/id.h"
#include "core/apply.h"
#include "core/roster_proposals.h"

namespace lp::core {
namespace {

constexpr std::size_t waiting_max = 100;

store::Result<std::vector<store::ErasureProposal>> waiting(store::Reader& reader, Instant now) {
  auto proposals = reader.erasure_proposals();
  if (!proposals) return proposals;
  std::erase_if(*proposals, [&](const auto& proposal) { return now >= proposal.expires; });
  return proposals;
}

}  // namespace

store::Result<std::optional<store::ErasureProposal>> waiting_erasure(store::Reader& reader,
                                                                     std::string_view id,
                                                                     Instant now) {
  const auto proposals = waiting(reader, now);
  if (!proposals) return std::unexpected(proposals.error());
  const auto found = std::ranges::find(*proposals, id, &store::ErasureProposal::id);
  return found == proposals->end() ? std::nullopt : std::optional(*found);
}

std::expected<void, Refused> check_proposal(Work& work, std::string_view proposal,
                                            std::string_view request, std::string_view subject) {
  if (proposal.empty()) return {};
  const auto found = waiting_erasure(work.world.rows, proposal, work.now);
  LP_ASSERT(found.has_value());
  if (!*found || (*found)->request != request || (*found)->subject != subject) {
    return refuse(Fault::unknown);
  }
  return {};
}

void end_proposal(Work& work, std::string_view proposal) {
  if (proposal.empty()) return;
  work.batch.removals.emplace_back(store::DeleteErasureProposal{.id = std::string(proposal)});
}

Applied<ProposeErasure> apply(Work& work, ProposeErasure& command) {
  if (command.request.empty() == command.subject.empty()) return refuse(Fault::unknown);
  const auto proposals = waiting(work.world.rows, work.now);
  LP_ASSERT(proposals.has_value());
  if (proposals->size() >= waiting_max) return refuse(Fault::proposal_limit);
  ProposeErasure::Result result{.proposal = {.id = new_id("ers", work.now, work.world.entropy),
                                             .request = std::move(command.request),
                                             .subject = std::move(command.subject),
                                             .basis = std::move(command.basis),
                                             .operator_name = std::move(command.operator_name),
                                             .created = work.now,
                                             .expires = work.now + proposal_ms}};
  work.batch.writes.emplace_back(result.proposal);
  return result;
}

Applied<WithdrawErasure> apply(Work& work, WithdrawErasure& command) {
  const auto proposal = waiting_erasure(work.world.rows, command.id, work.now);
  LP_ASSERT(proposal.has_value());
  if (!*proposal) return refuse(Fault::unknown);
  end_proposal(work, command.id);
  return WithdrawErasure::Result{};
}

}  // namespace lp::core
