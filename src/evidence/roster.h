// The roster: the owner-signed list of approvers and keys (evidence.md 7).

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "json/value.h"

namespace lp::evidence {

// One key of one member; or, class "none", a member who has no key yet and so counts for nothing.
struct RosterEntry {
  std::string salt;                  // 32 bytes
  std::string member;                // pseudonym
  std::vector<std::string> roles;    // sorted, distinct on writing: owner, reviewer, …
  std::vector<std::string> groups;   // sorted, distinct on writing
  std::string key_class;             // member "class": "device" (P-256), "passkey" or "none"
  std::string spki;                  // DER; empty with class "none"
  std::optional<std::string> rp_id;  // of a passkey: always; of a device: never
  std::optional<std::string> aaguid;
  std::vector<json::Value> cosigned;  // plain objects (values.h)

  [[nodiscard]] std::string bytes() const;                          // JCS
  static std::optional<RosterEntry> parse(std::string_view bytes);  // strict, exact round trip
  [[nodiscard]] bool has_role(std::string_view role) const;
  [[nodiscard]] bool has_key() const { return key_class != "none"; }
};

// Lower-case hex SHA-256 of a DER SPKI: the id of a key everywhere.
std::string key_id(std::string_view spki);

// Leaf indices from <= index < to; open-ended without `to`.
struct IssuerRange {
  std::string spki;  // DER
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to;

  [[nodiscard]] bool covers(std::uint64_t index) const {
    return index >= from && (!to || index < *to);
  }
  friend bool operator==(const IssuerRange&, const IssuerRange&) = default;
};
// Checkpoint sizes from <= size < to; open-ended without `to`.
struct LogKeyRange {
  std::string vkey;
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to;

  [[nodiscard]] bool covers(std::uint64_t size) const {
    return size >= from && (!to || size < *to);
  }
  friend bool operator==(const LogKeyRange&, const LogKeyRange&) = default;
};

struct RosterHead {
  std::string origin;
  std::uint64_t version = 1;
  std::optional<Digest> prev;       // SHA-256 of the previous head; absent at version 1
  std::vector<std::string> owners;  // SPKIs
  std::uint64_t threshold = 1;
  std::vector<IssuerRange> issuer;
  std::vector<LogKeyRange> log;
  std::string min_human = "device";
  std::string min_log = "logged";
  bool single_operator = true;
  std::vector<std::string> marks;  // sorted; omitted when empty
  std::uint64_t tree_size = 0;
  Digest tree_root;
  Instant time;

  [[nodiscard]] std::string bytes() const;  // JCS, member v = 1
  [[nodiscard]] Digest sha256() const;
  static std::optional<RosterHead> parse(std::string_view bytes);
};

// The bytes an owner signs: "lp-roster/1\0" ‖ head.
std::string roster_signing_bytes(std::string_view head);

Digest roster_tree_root(const std::vector<RosterEntry>& entries);

struct OwnerSignature {
  std::string spki;
  std::string signature;  // DER, low-S
};

enum class RosterFault : std::uint8_t {
  malformed,  // no head, an entry that cannot be written, one key twice, or a member
              // listed without a key beside their keys
  wrong_tree,
  wrong_previous,  // not the next version of `previous`: origin, number, hash, time, `test` lost
  too_few_signatures,
  bad_signature,
  not_an_owner,
};

std::string_view to_string(RosterFault fault);

// Checks one version against the one before (genesis: its own owners sign). Distinct owners count.
std::expected<void, RosterFault> verify_roster(std::string_view head_bytes,
                                               const std::vector<RosterEntry>& entries,
                                               const std::vector<OwnerSignature>& signatures,
                                               const RosterHead* previous);

// The same of a head alone, without the entries of its tree.
std::expected<void, RosterFault> verify_roster_head(const RosterHead& head,
                                                    const std::vector<OwnerSignature>& signatures,
                                                    const RosterHead* previous);
// That each signature is one over the head by the key that it names. Whether they are enough, and
// of owners, stands in the version before.
std::expected<void, RosterFault> verify_roster_signatures(
    const RosterHead& head, const std::vector<OwnerSignature>& signatures);

}  // namespace lp::evidence
