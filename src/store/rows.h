// What the store keeps, one struct a table, as the rest of the program sees it.
//
// Rows are values. Bytes that are secret or private arrive here already sealed: the store never
// sees a wrapped key open. Ids are the public ones; times are milliseconds.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "approval/request.h"
#include "base/digest.h"
#include "base/time.h"
#include "evidence/roster_wish.h"
#include "evidence/statement.h"
#include "identity/api_key.h"
#include "store/account_rows.h"
#include "store/reach_rows.h"

namespace lp::store {

enum class Payloads : std::uint8_t { encrypted, server_sealed };

struct Project {
  std::string id;      // proj_…
  std::string name;    // unique
  std::string origin;  // <log.name>/p/<32 hex of the id>
  Payloads payloads = Payloads::encrypted;
  bool single_operator = true;
  Instant created;
  std::uint64_t roster_version = 0;  // 0: none signed yet
  std::optional<Digest> roster_sha256;
  std::uint64_t policy_version = 0;  // in force; 0: none was activated yet
  std::optional<Digest> policy_sha256;

  friend bool operator==(const Project&, const Project&) = default;
};

// The head row of a project's log: the only point of contention of a project.
struct LogHead {
  std::string project;
  std::uint64_t size = 0;
  std::vector<Digest> frontier;       // tlog::CompactRange::hashes
  Instant last_time;                  // of the newest statement
  std::uint64_t stream_seq = 0;       // of the stream "project": how many it has
  std::optional<Digest> stream_prev;  // its last statement

  friend bool operator==(const LogHead&, const LogHead&) = default;
};

struct Leaf {
  std::string project;
  std::uint64_t index = 0;
  evidence::EventType type = evidence::EventType::log_opened;
  std::string stream;     // stream id
  std::string statement;  // exact bytes; "" when erased
  std::string leaf;       // exact bytes
  Digest leaf_hash;       // RFC 6962
  std::string evidence;   // JSON array of the evidence entries, "" when there are none

  // Then `type` is erasure_performed, and `stream` the request that was erased.
  [[nodiscard]] bool erased() const { return statement.empty(); }

  friend bool operator==(const Leaf&, const Leaf&) = default;
};

// Hash of a perfect subtree of 256^tile_level leaves; tile_level ≥ 1. What upper tiles are made of.
struct UpperHash {
  std::string project;
  unsigned tile_level = 1;
  std::uint64_t position = 0;
  Digest hash;

  friend bool operator==(const UpperHash&, const UpperHash&) = default;
};

// One entry of the root log: that a project's log had a checkpoint of this size.
struct Anchor {
  std::uint64_t index = 0;
  std::string project;
  std::uint64_t size = 0;
  std::string leaf;  // exact bytes
  Digest leaf_hash;  // RFC 6962

  friend bool operator==(const Anchor&, const Anchor&) = default;
};

// As UpperHash, of the root log.
struct AnchorUpperHash {
  unsigned tile_level = 1;
  std::uint64_t position = 0;
  Digest hash;

  friend bool operator==(const AnchorUpperHash&, const AnchorUpperHash&) = default;
};

// The newest checkpoint of a log that witnesses stand behind, with their signature lines.
struct CosignedHead {
  std::string origin;
  std::uint64_t size = 0;
  std::string note;
  Digest mac;  // under the row key

  friend bool operator==(const CosignedHead&, const CosignedHead&) = default;
};

struct Member {
  std::string id;  // mem_…, the roster pseudonym
  std::string name;
  Instant created;
  std::optional<Instant> removed;
  std::optional<Instant> erased = {};  // then `name` is "", for ever

  friend bool operator==(const Member&, const Member&) = default;
};

struct Device {
  std::string key;  // evidence::key_id
  std::string member;
  std::string spki;
  std::string key_class;  // "device" | "passkey"
  Instant created;
  std::optional<Instant> revoked;

  friend bool operator==(const Device&, const Device&) = default;
};

// What is kept of a passkey besides its key: what it takes to ask for it, and to hold its use
// against. Those that decide are devices too, and stand in rosters; those that only sign in are
// not.
struct Passkey {
  std::string key;  // evidence::key_id
  std::string member;
  std::string purpose;     // "decision" | "login"
  std::string credential;  // its id, bytes; "" once who it belonged to was erased
  std::string spki;
  std::string rp_id, origin, aaguid;
  bool backup_eligible = false, backed_up = false;
  std::uint64_t counter = 0;
  Instant created;
  std::optional<Instant> removed;
  std::optional<Instant> flagged;  // when its counter first went back

  friend bool operator==(const Passkey&, const Passkey&) = default;
};

struct Roster {
  std::string project;
  std::uint64_t version = 1;
  std::string head;                  // exact bytes
  std::vector<std::string> entries;  // exact bytes, in tree order
  std::string signatures;            // JSON array [{spki, signature}]
  Digest sha256;
  Instant created;

  friend bool operator==(const Roster&, const Roster&) = default;
};

struct ApiKey {
  std::string id;  // key_…
  std::string project;
  identity::KeyRole role = identity::KeyRole::agent;
  std::string name;
  Digest digest;        // SHA-256 of the key text, unique
  std::string made_by;  // member, or "setup_owner" before setup
  Instant created;
  std::optional<Instant> revoked;

  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

struct Agent {
  std::string id;  // agent_…
  std::string project;
  std::string handle;         // "" when none
  std::string secret_sealed;  // HMAC secret under the wrap key; "" when a public key is registered
  std::string public_key;     // SPKI; "" for HMAC agents
  std::string made_by;
  Instant created;
  std::optional<Instant> revoked;
  // What was in force before the last rotation, and until when it still is; "" when there is none.
  std::string previous_secret_sealed = {}, previous_public_key = {};
  std::optional<Instant> rotated = {}, previous_until = {};

  friend bool operator==(const Agent&, const Agent&) = default;
};

// That an agent has used this nonce in an HTTP signature.
struct AgentNonce {
  std::string agent;
  Digest nonce;  // SHA-256
  Instant expires;

  friend bool operator==(const AgentNonce&, const AgentNonce&) = default;
};

// A secret of a project with one purpose: "claims" signs what agents show each other, "escrow" what
// they hand over (wire.md D-06).
struct ProjectSecret {
  std::string id;  // sec_…, the kid of what it signs
  std::string project;
  std::string purpose;
  std::string sealed;  // under the wrap key
  Instant created;

  friend bool operator==(const ProjectSecret&, const ProjectSecret&) = default;
};

struct Session {
  Digest token;  // SHA-256 of the cookie value
  std::string member;
  // Of the device, or of the passkey, it began with; of one that an account alone opened, its id.
  std::string key;
  Instant created;
  Instant expires;
  // Of one that an account of an identity provider opened ("" for others): the provider's own
  // session ("" when it names none), and when the person signed in there, if it has said so.
  std::string account = {};
  std::string provider_session = {};
  std::optional<Instant> authenticated = {};

  friend bool operator==(const Session&, const Session&) = default;
};

struct SetupToken {
  Digest token;
  Instant created;
  Instant expires;

  friend bool operator==(const SetupToken&, const SetupToken&) = default;
};

// A change of who decides that waits for an owner's signature.
struct RosterProposal {
  std::string id;  // rop_…
  evidence::RosterWish wish;
  Instant created;
  Instant expires;

  friend bool operator==(const RosterProposal&, const RosterProposal&) = default;
};

// A one-time link with which a member brings the key of one more device.
struct LoginLink {
  Digest token;
  std::string member;
  std::string key;       // of the device that used it; "" before
  std::string proposal;  // rop_… that this use made; "" before
  Instant created;
  Instant expires;

  friend bool operator==(const LoginLink&, const LoginLink&) = default;
};

struct Webhook {
  std::string id;  // whk_…
  std::string project;
  std::string url;
  std::string secret_sealed;
  Instant created;
  std::optional<Instant> removed;

  friend bool operator==(const Webhook&, const Webhook&) = default;
};

// Written once, at ingest.
struct Request {
  std::string id;  // req_…
  std::string project;
  std::string api_key;      // key id that brought it
  std::string agent_id;     // agent id, else the key id
  std::string agent_owner;  // a member
  std::string strength;     // "none" | "hmac" | …
  std::string candidate;    // which agent-signature candidate matched, "" when unsigned
  std::string service;
  std::string action;
  std::string priority;  // as asked
  std::string role;      // "" when none; likewise the three below
  std::string environment;
  std::string trace_id;
  std::string parent_request_id;
  std::string client;             // User-Agent, shortened
  std::string payload_kind;       // "v1" | "v2" | "plain"
  std::string payload;            // exact source slice; under the DEK when plain
  std::string commit_key_sealed;  // plain only: the k of the commitment, under the DEK
  std::string dek_wrapped;        // under the wrap key; in a table of its own
  std::string details_sealed;  // under the DEK: JSON {facts, schema, descriptor, callback_url, …}
  Digest request_sha256;
  Instant created;
  Instant decide_by;
  std::uint64_t leaf_index = 0;  // of request.created

  friend bool operator==(const Request&, const Request&) = default;
};

// New bytes from the agent: what Reader::request then shows in place of the request's own.
struct Revision {
  std::string request;
  std::uint64_t version = 2;
  std::string payload;  // as Request::payload
  std::string commit_key_sealed;
  std::string details_sealed;
  Digest request_sha256;

  friend bool operator==(const Revision&, const Revision&) = default;
};

// What an export tells of a request beside the log, still sealed under its DEK.
struct Account {
  std::string dek_wrapped;
  std::string reason_sealed;                // "" when none
  std::vector<std::string> details_sealed;  // as asked, then of each revision

  friend bool operator==(const Account&, const Account&) = default;
};

// The mutable part; replaced as a whole. `mac` guards it and, through `asked_sha256`, the request.
struct RequestState {
  std::string request;
  std::string project;
  approval::Request state;             // the pure core's view
  std::uint64_t leaf_index = 0;        // of the newest statement of the stream
  Digest statement_sha256;             // the newest statement of the stream
  std::uint64_t stream_seq = 0;        // how many statements the stream has
  Digest mac;                          // Keys::row_mac
  std::optional<Digest> asked_sha256;  // of the request's row; nothing in rows of schema 2
  std::string edited_payload;  // the edit's exact text; under the DEK when plain; "" when none
  std::optional<Instant> decided;  // this and the next four: set once terminal
  std::string actor;  // member, agent, key or "system"
  std::string actor_kind;
  std::string method;         // "device_key", "passkey", "clock", …
  std::string reason_sealed;  // under the DEK; "" when none
};

struct Review {
  std::string request;
  std::uint64_t version = 1;
  std::string member;
  std::string key;
  std::string nonce;      // unique on consumption
  std::string core;       // exact bytes
  std::string signature;  // DER
  Instant at;
  std::uint64_t leaf_index = 0;

  friend bool operator==(const Review&, const Review&) = default;
};

// When the agent first received the terminal status.
struct Delivery {
  std::string request;
  Instant at;
  std::string how;  // "status" | "webhook"

  friend bool operator==(const Delivery&, const Delivery&) = default;
};

// What one agent has handed to another: who may speak about it, and the head of its stream.
struct Handoff {
  std::string id;  // a UUID: "delivery_id" on the wire
  std::string project;
  std::string request;
  std::string upstream;           // agent id, else key id: who asked
  std::string upstream_key;       // key id that brought the request
  std::string downstream;         // agent id
  std::string commitment_sealed;  // JSON under the request's DEK; "" when none
  Instant created;
  std::uint64_t created_index = 0;  // leaf of handoff.created
  // The rest is replaced with each statement.
  std::uint64_t stream_seq = 0;  // how many statements the stream has
  std::uint64_t leaf_index = 0;  // of the newest
  Digest statement_sha256;       // of the newest
  Digest mac;                    // HMAC(row key, JCS of the parties and the newest statement)

  friend bool operator==(const Handoff&, const Handoff&) = default;
};

// One statement of a handoff's stream. Written once.
struct HandoffEvent {
  std::string handoff;
  std::uint64_t seq = 0;
  std::string outcome;      // "created" | "fulfilled" | "disputed" | "failed"
  std::string by;           // actor.id of the statement
  std::string note_sealed;  // under the request's DEK; "" when none
  Instant recorded;
  std::uint64_t leaf_index = 0;
  Digest statement_sha256;

  friend bool operator==(const HandoffEvent&, const HandoffEvent&) = default;
};

struct Idempotency {
  std::string project;
  Digest key;      // HMAC of (API key id, Idempotency-Key)
  Digest content;  // keyed hash of what was asked
  std::string request;
  Instant created;

  friend bool operator==(const Idempotency&, const Idempotency&) = default;
};

struct Snapshot {
  std::string request;
  std::string content_type;
  std::string bytes;    // as stored (ciphertext); "" when in a blob file
  std::string blob;     // file name in blobs/, "" when in the row
  std::string sealing;  // "client" | "dek" | "server"
  Instant created;

  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

// That the statements, rows and key of a request are gone, and which event says so.
struct Erasure {
  std::string request;
  std::string project;
  std::uint64_t leaf_index = 0;  // of erasure.performed
  Instant at;
  // The evidence of that event in a copy of the data from before it; else "": the log has it.
  std::string record;

  friend bool operator==(const Erasure&, const Erasure&) = default;
};

// That it is gone who a person was, and which event of which log says so.
struct MemberErasure {
  std::string member;
  std::string project;
  std::uint64_t leaf_index = 0;  // of erasure.performed
  Instant at;

  friend bool operator==(const MemberErasure&, const MemberErasure&) = default;
};

// An erasure that waits for an owner's signature, of a request or of a person.
struct ErasureProposal {
  std::string id;       // ers_…
  std::string request;  // "" beside a subject
  std::string subject;  // member; "" beside a request
  std::string basis, operator_name;
  Instant created;
  Instant expires;

  friend bool operator==(const ErasureProposal&, const ErasureProposal&) = default;
};

// Nothing that it covers is erased while it stands.
struct LegalHold {
  std::string id;  // hold_…
  std::string project;
  std::string request;  // "": all of the project, or a subject
  std::string reason;
  Instant created;
  std::uint64_t leaf_index = 0;  // of the event that says so
  std::string subject = {};      // member who is not erased; "" for none

  friend bool operator==(const LegalHold&, const LegalHold&) = default;
};

// The key of a request, wrapped anew.
struct RequestKey {
  std::string request;
  std::string wrapped;

  friend bool operator==(const RequestKey&, const RequestKey&) = default;
};

// A LangGraph checkpoint, sealed on arrival.
struct GraphCheckpoint {
  std::string project;
  std::string thread_id;
  std::string checkpoint_id;
  std::string sealed;  // under a key of the project
  Instant created;

  friend bool operator==(const GraphCheckpoint&, const GraphCheckpoint&) = default;
};

// Something to send, by reference: rendered at send time.
struct OutboxItem {
  std::int64_t id = 0;  // given by the store when 0
  std::string project;
  std::string request;
  std::string event;  // "request.approved", "request.rejected", …
  // whk_…, chn_… or sub_…; or "" for the request's own callback_url
  std::string webhook;
  std::uint64_t leaf_index = 0;  // must be under a signed checkpoint before it leaves
  Instant created;
  Instant next_attempt;
  std::uint64_t attempts = 0;
  std::string state = "due";  // "due" | "sent" | "dead"
  std::string last_error;
  int status = 0;  // of the newest answer, on its way from the worker to the core; not kept

  friend bool operator==(const OutboxItem&, const OutboxItem&) = default;
};

}  // namespace lp::store
