// Everything that can change: one struct a command, each with its `Result`. Doors translate to
// these and nothing else; the core knows no HTTP.
//
// All texts are as received and already checked for form by the door; the core decides whether they
// may happen, and when. Results are handed out by the gate, after the batch is durable and covered
// by a signed checkpoint.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "approval/request.h"
#include "base/secret.h"
#include "evidence/erasure.h"
#include "evidence/export_manifest.h"
#include "evidence/roster_document.h"
#include "evidence/succession.h"
#include "identity/passkey_use.h"
#include "seal/attachment.h"
#include "seal/envelope.h"
#include "store/rows.h"

namespace lp::core {

// What every event says of the one who caused it.
struct By {
  evidence::Actor actor;
};

// --- agents ---------------------------------------------------------------------------------

// How an agent proved who it is, as the door has checked it.
struct AgentProof {
  std::string agent_id;              // "": the API key alone
  std::string strength = "none";     // "none" | "hmac" | "httpsig"
  std::string candidate = {};        // of an HMAC signature: the spelling that matched
  std::string key = {};              // of an HTTP signature: id of the agent's key
  std::optional<Digest> nonce = {};  // of an HTTP signature: good once
  Instant nonce_expires = {};
};

// What an agent says about itself; nobody has checked it.
struct AgentClaims {
  std::string agent, model, agent_version;  // "" when not said
};

struct Ingest {
  std::string project;
  std::string api_key;  // key id
  AgentProof proof;
  AgentClaims claims;
  std::string service;
  std::string action;
  std::string priority = "medium";
  std::string payload;                     // exact source slice
  std::optional<seal::Envelope> envelope;  // absent: plaintext
  std::string facts;                       // exact source of a JSON object, "" when absent
  std::string schema;                      // exact source, "" when absent
  std::string escrow;                      // JSON (evidence/escrow.h), "" when absent
  std::string role, environment, trace_id, parent_request_id, callback_url, client_nonce;
  std::vector<std::string> capabilities;
  std::string client;              // User-Agent, at most 80 characters of printable ASCII
  std::vector<std::string> lossy;  // pointers of numbers that binary64 would change
  std::vector<seal::DeclaredAttachment> attachments;  // uploaded afterwards (core/attachments.h)
  std::optional<std::int64_t> decide_in_ms;
  std::optional<std::string> idempotency_key;
  std::optional<std::string> idem;  // the client's content HMAC, when it sent one
  bool same_account = false;        // agent and server run under one account (no_isolation)
  std::string address;              // of the peer, as the limits of calls count it

  struct Result {
    std::string id;
    bool replay = false;
    // Key for a state snapshot of a client that has none of its own (wire.md B2); set for
    // plaintext requests only.
    std::optional<Secret> snapshot_key;
    std::uint64_t version = 1;
    evidence::Level level = evidence::Level::medium;
    Instant decide_by = {};
    bool advisory = false;  // agent and server run under one account
  };
};

struct Cancel {
  std::string project, request, api_key;
  std::string reason;
  struct Result {
    store::RequestState state;
  };
};

struct Revise {
  std::string project, request, api_key;
  std::uint64_t version = 1;  // the version that is revised
  std::string payload;
  std::optional<seal::Envelope> envelope;
  std::string facts, schema;  // "" keeps what was
  std::vector<std::string> lossy;
  bool same_account = false;  // as of Ingest; a request that was marked once stays marked
  struct Result {
    std::uint64_t version;
    bool advisory = false;
  };
};

struct PutSnapshot {
  std::string project, request, content_type, bytes;
  std::string sealing;  // "client" | "dek" | "plain" (the core seals plain)
  struct Result {};
};

struct PutGraphCheckpoint {
  std::string project, thread_id, checkpoint_id, content;  // content: JSON {checkpoint, metadata}
  struct Result {};
};
struct DeleteGraphThread {
  std::string project, thread_id;
  struct Result {};
};

// The terminal status has been handed to the agent. Written once, no event.
struct NoteDelivery {
  std::string project, request, how;
  struct Result {};
};

struct RegisterAgent {
  std::string project, handle, made_by;
  std::string public_key;  // SPKI; empty: an HMAC secret is made
  By by;
  struct Result {
    std::string agent_id;
    std::optional<Secret> secret;
  };
};

// A new secret, or for an agent with a key of its own the key that it brings. What was in force
// before stays so for EngineOptions::rotation_overlap_ms.
struct RotateAgent {
  std::string project, agent, api_key;
  std::string public_key;  // SPKI; only, and always, of an agent that has one
  AgentProof proof;
  struct Result {
    std::optional<Secret> secret;
    Instant rotated, previous_until;
  };
};

// What one agent hands to another, in a stream of its own.
struct CreateHandoff {
  std::string project, request, api_key, downstream;
  std::string commitment;  // exact source of a JSON object, "" when absent
  AgentProof proof;
  struct Result {
    std::string delivery_id, upstream;
    Instant created;
    std::uint64_t leaf_index;
  };
};

// What became of it, as one of its parties says.
struct RecordOutcome {
  std::string project, delivery_id, api_key;
  std::string outcome;  // "fulfilled" | "disputed" | "failed"
  std::string note;     // "" when none
  AgentProof proof;
  struct Result {
    std::uint64_t seq;
    std::string by;
    Instant recorded;
    std::uint64_t leaf_index;
    bool replay = false;  // this party's newest word was the same: nothing was added
  };
};

// --- people -----------------------------------------------------------------------------------

struct Viewed {
  std::string request, member, key;
  std::uint64_t version = 1;
  struct Result {};
};

// A signed review (evidence.md 8). The signature is checked before it counts.
struct Decide {
  std::string request;
  std::string core;       // exact bytes
  std::string signature;  // DER
  std::string reason;     // "" when none; the core's `reason` digest cannot be checked without k
  std::string edit;       // exact payload text of an edit, "" when none
  std::optional<seal::Envelope> edit_envelope;
  struct Session {
    std::string member, key;
  };
  // Of whom it came through, if it came through one: a request that they do not see is unknown,
  // another approver than its member bad_core.
  std::optional<Session> session;
  // Of a passkey: what `signature` is over, beside the core.
  struct Passkey {
    std::string authenticator_data, client_data;
  };
  std::optional<Passkey> passkey = {};
  // The settings want it to come through an account that was proven just now, and it does not: it
  // may close nothing of level high or above.
  bool account_stale = false;
  // A sealed note (seal/note.h), JSON: why the agent shall change what it asks, or what an edit
  // changed; "" when there is none. Where the server can read the payload the former is `reason`.
  std::string note = {};
  struct Result {
    bool replay = false;
  };
};

struct SetUp {
  std::string token;  // "" only for `init --test`, inside the process
  std::string name;
  std::string spki;
  std::string key_class = "device";
  struct SignedRoster {
    std::string project, entry, head, signature;
  };
  std::vector<SignedRoster> rosters;
  bool with_session = true;
  struct Result {
    std::string member, key;
    Secret session;
  };
};
struct SignRoster {  // the first roster of a project made after setup
  std::string project, member, key;
  std::string entry, head, signature;
  struct Result {
    Digest sha256;
    std::uint64_t version;
  };
};

// New versions of rosters that owners have signed, in all these projects or in none: who is listed
// nowhere any more is removed, a key that is listed nowhere is revoked. From the next command on
// nobody decides under the version before.
struct ChangeRosters {
  struct Change {
    std::string project;
    evidence::RosterDocument document;
  };
  struct Name {
    std::string member, name;
  };
  std::vector<Change> changes;
  std::vector<Name> names;    // of the members who are new
  std::string proposal = {};  // the one that this carries out; "" when there is none
  struct Result {
    struct Version {
      std::string project;
      std::uint64_t version;
      Digest sha256;
    };
    std::vector<Version> versions;
  };
};

// Keeps a change that an owner shall sign, for half an hour. Nothing of it is in force.
struct ProposeRoster {
  evidence::RosterWish wish;  // add_member: without a member, whose id is made here
  struct Result {
    store::RosterProposal proposal;
  };
};
struct WithdrawProposal {
  std::string id;
  struct Result {};
};

// A link with which a member brings a browser's key, once, within half an hour.
struct MakeLoginLink {
  std::string member;
  struct Result {
    Secret token;
    Instant expires;
  };
};
// Proposes the key. The same key again gives the stored answer, because a reply may get lost.
struct UseLoginLink {
  std::string token;
  std::string spki;
  struct Result {
    std::string member;
    std::string proposal;
    Instant expires;
  };
};

// By a device key; or by a passkey for signing in, with what its use has told.
struct OpenSession {
  std::string member, key;
  std::optional<identity::PasskeyUse> passkey = {};
  struct Result {
    Secret session;
  };
};
// A passkey with which its member can sign in from now on, and nothing else. The door has checked
// how it was made, and that a key of the member's, `by`, has signed for it.
struct AddLoginPasskey {
  store::Passkey passkey;  // key, purpose and times are set here
  std::string by;
  struct Result {
    std::string key;
  };
};
struct RemoveLoginPasskey {
  std::string member, key;
  std::string by;  // the key of the session
  struct Result {};
};
struct RecordLoginFailure {
  std::string key;  // of the device or passkey that was named, checked to exist
  struct Result {};
};
struct EndSession {
  Digest token;
  struct Result {};
};
// All sessions of a member, but for the one that is spared.
struct EndSessions {
  std::string member;
  std::optional<Digest> spared = {};
  struct Result {
    std::uint64_t ended;
  };
};

// --- administration ---------------------------------------------------------------------------

struct CreateProject {
  std::string name;
  store::Payloads payloads = store::Payloads::encrypted;
  struct Result {
    std::string id, origin;
  };
};
struct CreateKey {
  std::string project;
  identity::KeyRole role = identity::KeyRole::agent;
  std::string name;
  struct Result {
    std::string id;
    Secret key;
  };
};
struct RevokeKey {
  std::string project, id;
  struct Result {};
};
struct AddWebhook {
  std::string project, url;
  struct Result {
    std::string id;
    Secret secret;
  };
};
struct MakeSetupToken {
  struct Result {
    Secret token;
    Instant expires;
  };
};
// Gives the signer a memory again for logs whose memory was lost; not for logs that were rolled
// back.
struct AdoptSigner {
  std::string reason;
  struct Result {
    std::vector<std::string> origins;
  };
};
// Opens logs in the place of those that were closed, each by its owners' word: a project of the
// same name with the roster, keys, agents and webhooks of the one before, which stays to be read.
// All of them, or none.
struct OpenSuccessors {
  struct Opening {
    std::string project;  // whose log was closed
    evidence::SuccessionRecord record;
    std::string head, signatures;  // exact texts, of the first roster
  };
  std::vector<Opening> openings;
  struct Result {
    struct Opened {
      std::string project, origin, predecessor;  // the new project; both logs
    };
    std::vector<Opened> opened;
  };
};
// Makes `policy` (c2sp.org/tlog-policy; "" = none) the one whose witnesses are asked, and says so
// in every log when it is another than before.
struct SetWitnessPolicy {
  std::string policy;
  struct Result {
    bool changed;
  };
};
// Keeps what witnesses stand behind.
struct KeepCosigned {
  store::CosignedHead head;
  struct Result {};
};
// Stops a log because a witness has cosigned more of it, or another one, than is here.
struct NoteWitnessAhead {
  std::string origin;
  std::string witness;  // its vkey
  struct Result {
    bool noted;  // false: it stands still already
  };
};
struct AcceptClock {
  struct Result {};
};

// Puts an export into the log; nothing of it may leave before this is true.
struct RecordExport {
  std::string project;
  evidence::ExportManifest manifest;
  std::optional<evidence::Actor> by = {};  // the local operator without one
  struct Result {
    std::uint64_t index;  // of export.made
  };
};

// Erases a decided request: its statements, rows and key. Owners have signed the document that the
// server offered (core/erasing.h); what is not exactly that is Fault::stale.
struct Erase {
  std::string project;
  evidence::ErasureRecord record;
  std::string proposal = {};  // that it carries out; "" for none
  struct Result {
    std::string request;
    std::uint64_t index;  // of erasure.performed
    Instant complete_by;
  };
};
// Erases who a person was: their name. Owners have signed a document for each log whose rosters
// ever listed them, as the server offered (core/erasing_people.h).
struct ErasePerson {
  struct Item {
    std::string project;
    evidence::ErasureRecord record;
  };
  std::vector<Item> items;
  std::string proposal = {};  // as of Erase
  struct Result {
    std::string subject;
    std::vector<store::MemberErasure> erasures;  // one an item
    Instant complete_by;
  };
};
// An erasure that waits for an owner's signature (core/erasure_proposals.h); of one of the two.
struct ProposeErasure {
  std::string request, subject, basis, operator_name;
  struct Result {
    store::ErasureProposal proposal;
  };
};
struct WithdrawErasure {
  std::string id;
  struct Result {};
};
// Over one request, one person, or all of a project. Put into the log, as is its end.
struct AddHold {
  std::string project;
  std::string request;  // "": all of the project, or the subject
  std::string reason;
  std::string subject = {};  // a member of the project; "" for none
  struct Result {
    store::LegalHold hold;
  };
};
struct EndHold {
  std::string id, reason;
  struct Result {};
};

// --- outbound ---------------------------------------------------------------------------------

struct OutboxAttempt {
  store::OutboxItem item;  // with its new state, attempts, next_attempt, last_error
  struct Result {};
};

}  // namespace lp::core
