// One change of a batch, of any kind: for whoever applies batches or looks into them. Whoever only
// fills one needs changes.h.

#pragma once

#include <variant>

#include "store/account_rows.h"
#include "store/content_key_rows.h"
#include "store/permit_rows.h"
#include "store/policy_rows.h"
#include "store/reach_rows.h"
#include "store/removals.h"
#include "store/rows.h"
#include "store/turns.h"

namespace lp::store {

// One change of one row. Inserts of a key that exists fail the batch unless said otherwise.
using AnyWrite = std::variant<
    Project,           // insert or replace by id
    LogHead,           // insert or replace by project
    Leaf,              // insert
    UpperHash,         // insert
    Anchor,            // insert
    AnchorUpperHash,   // insert
    CosignedHead,      // insert or replace by origin
    Member,            // insert or replace by id
    Device,            // insert or replace by key
    Passkey,           // insert or replace by key
    LinkedAccount,     // insert or replace by id
    AccountLink,       // insert
    UsedToken,         // insert; a used one fails
    Roster,            // insert
    ApiKey,            // insert or replace by id
    Agent,             // insert or replace by id
    AgentNonce,        // insert
    ProjectSecret,     // insert, or wrap anew
    Session,           // insert or replace by token
    SetupToken,        // insert
    RosterProposal,    // insert
    ErasureProposal,   // insert
    LoginLink,         // insert or replace by token
    Webhook,           // insert or replace by id
    Channel,           // insert or replace by id
    PushSubscription,  // insert or replace by id
    ReachHealth,       // insert, or what it says anew
    Request,           // insert
    Revision,          // insert
    RequestState,      // insert or replace by request
    Review,            // insert; a used nonce fails
    Delivery,          // insert, or leave the first
    Assignment,        // insert or replace by request
    Snooze,            // insert or replace by (member, request)
    Handoff,           // insert, or replace the head of its stream
    HandoffEvent,      // insert
    Idempotency,       // insert
    Snapshot,          // insert or replace by request
    GraphCheckpoint,   // insert or replace by (project, thread, checkpoint)
    LegalHold,         // insert
    RequestKey,        // replace; nothing for a request that is not there
    ContentKey,        // insert or replace by (project, kid)
    WrapKey,           // insert or replace by device
    WrappedKey,        // insert or replace by (project, kid, device)
    KeyCopy,           // insert
    PolicyVersion,     // insert
    PolicyActivation,  // insert
    Permit,            // insert, or replace how it stands
    Epoch,             // insert or replace by (project, kind, subject)
    OutboxItem>;       // insert when id is 0, else replace
struct Write : AnyWrite {
  using AnyWrite::AnyWrite;
};

using AnyRemoval =
    std::variant<DeleteSession, DeleteAccountLink, DeleteSetupTokens, DeleteRosterProposal,
                 DeleteErasureProposal, DeleteExpired, DeleteGraphThread, DeleteIdempotencyBefore,
                 DeleteHold, DeleteChannel, DeletePushSubscription, EraseRequest, EraseMember,
                 DeleteKeyCopy, DeleteWrappedKey, DeleteWrappedKeys>;
struct Removal : AnyRemoval {
  using AnyRemoval::AnyRemoval;
};

}  // namespace lp::store
