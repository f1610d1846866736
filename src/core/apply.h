// What each command does to a batch: `apply` runs on lp-core, checks, appends, and returns what the
// gate will hand out. One overload a command;
// core/{accounts,agents,agent_keys,handoffs,deciding,taking_part,
// passkeys,people,rosters,roster_proposals,administration}.cpp.

#pragma once

#include <expected>

#include "core/account_commands.h"
#include "core/commands.h"
#include "core/refusal.h"
#include "core/signer.h"
#include "core/taking_part.h"

namespace lp::core {

class Work;

template <typename C>
using Applied = std::expected<typename C::Result, Refused>;

// Why nothing is written to a log that the signer does not take up.
Fault fault_of(Signer::Fault fault);

Applied<Ingest> apply(Work& work, Ingest& command);
Applied<Cancel> apply(Work& work, Cancel& command);
Applied<Revise> apply(Work& work, Revise& command);
Applied<PutSnapshot> apply(Work& work, PutSnapshot& command);
Applied<PutGraphCheckpoint> apply(Work& work, PutGraphCheckpoint& command);
Applied<DeleteGraphThread> apply(Work& work, DeleteGraphThread& command);
Applied<NoteDelivery> apply(Work& work, NoteDelivery& command);
Applied<RegisterAgent> apply(Work& work, RegisterAgent& command);
Applied<RotateAgent> apply(Work& work, RotateAgent& command);
Applied<CreateHandoff> apply(Work& work, CreateHandoff& command);
Applied<RecordOutcome> apply(Work& work, RecordOutcome& command);

Applied<Viewed> apply(Work& work, Viewed& command);
Applied<Decide> apply(Work& work, Decide& command);
Applied<Comment> apply(Work& work, Comment& command);
Applied<Assign> apply(Work& work, Assign& command);
Applied<PutOff> apply(Work& work, PutOff& command);

Applied<SetUp> apply(Work& work, SetUp& command);
Applied<SignRoster> apply(Work& work, SignRoster& command);
Applied<ChangeRosters> apply(Work& work, ChangeRosters& command);
Applied<ProposeRoster> apply(Work& work, ProposeRoster& command);
Applied<WithdrawProposal> apply(Work& work, WithdrawProposal& command);
Applied<MakeLoginLink> apply(Work& work, MakeLoginLink& command);
Applied<UseLoginLink> apply(Work& work, UseLoginLink& command);
Applied<OpenSession> apply(Work& work, OpenSession& command);
Applied<RecordLoginFailure> apply(Work& work, RecordLoginFailure& command);
Applied<EndSession> apply(Work& work, EndSession& command);
Applied<AddLoginPasskey> apply(Work& work, AddLoginPasskey& command);
Applied<RemoveLoginPasskey> apply(Work& work, RemoveLoginPasskey& command);
Applied<EndSessions> apply(Work& work, EndSessions& command);
Applied<MakeAccountLink> apply(Work& work, MakeAccountLink& command);
Applied<SignInByAccount> apply(Work& work, SignInByAccount& command);
Applied<UnlinkAccount> apply(Work& work, UnlinkAccount& command);
Applied<EndAccountSessions> apply(Work& work, EndAccountSessions& command);

Applied<CreateProject> apply(Work& work, CreateProject& command);
Applied<CreateKey> apply(Work& work, CreateKey& command);
Applied<RevokeKey> apply(Work& work, RevokeKey& command);
Applied<AddWebhook> apply(Work& work, AddWebhook& command);
Applied<MakeSetupToken> apply(Work& work, MakeSetupToken& command);
Applied<AdoptSigner> apply(Work& work, AdoptSigner& command);
Applied<OpenSuccessors> apply(Work& work, OpenSuccessors& command);
Applied<SetWitnessPolicy> apply(Work& work, SetWitnessPolicy& command);
Applied<KeepCosigned> apply(Work& work, KeepCosigned& command);
Applied<NoteWitnessAhead> apply(Work& work, NoteWitnessAhead& command);
Applied<AcceptClock> apply(Work& work, AcceptClock& command);
Applied<RecordExport> apply(Work& work, RecordExport& command);
Applied<Erase> apply(Work& work, Erase& command);
Applied<ErasePerson> apply(Work& work, ErasePerson& command);
Applied<ProposeErasure> apply(Work& work, ProposeErasure& command);
Applied<WithdrawErasure> apply(Work& work, WithdrawErasure& command);
Applied<AddHold> apply(Work& work, AddHold& command);
Applied<EndHold> apply(Work& work, EndHold& command);

Applied<OutboxAttempt> apply(Work& work, OutboxAttempt& command);

// Closes requests whose time has come, at most `limit`; the rest comes with the next batch.
void expire_due(Work& work, std::size_t limit);

}  // namespace lp::core
