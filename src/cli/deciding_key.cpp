#include "cli/deciding_key.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"
#include "cli/administer.h"
#include "cli/roster_history.h"
#include "core/approver.h"
#include "evidence/assertion.h"
#include "evidence/decision_core.h"
#include "identity/terminal_place.h"

namespace lp::cli {
namespace {

// --- the rosters that it stands in ------------------------------------------------------------

// The history of the project's rosters, held against what the keys of this account have seen.
struct Checked {
  RosterHistory history;
  std::string log_name, key_path;
};

std::expected<Checked, int> read_rosters(AdminClient& client, const KeyFlags& flags,
                                         std::string_view project) {
  const auto head = client.get("/admin/log/" + query_escaped(project) + "/head");
  if (!head) return std::unexpected(fail(head.error()));
  if (!head->ok()) return std::unexpected(fail(*head));
  auto history = read_history(head->body());
  if (!history) return std::unexpected(fail(history.error(), exit_verification));
  std::string log_name = history->origin.substr(0, history->origin.rfind("/p/"));
  auto path = key_path(flags, log_name);
  if (!path) return std::unexpected(fail(path.error(), exit_usage));
  return Checked{.history = *std::move(history),
                 .log_name = std::move(log_name),
                 .key_path = *std::move(path)};
}

// Nothing when they are those that were seen before, or newer ones; else the exit status.
std::optional<int> hold_against_pins(const Checked& checked) {
  auto pins = RosterPins::load(checked.key_path);
  if (!pins) return fail(pins.error());
  if (const auto same = pins->check(checked.history); !same) {
    return fail(same.error(), exit_verification);
  }
  if (const auto saved = pins->save(checked.key_path); !saved) return fail(saved.error());
  return std::nullopt;
}

Approver approver_of(const Checked& checked, const evidence::RosterEntry& entry) {
  return {.member = entry.member,
          .key = evidence::key_id(entry.spki),
          .spki = entry.spki,
          .roster_sha256 = checked.history.newest().head.sha256().hex(),
          .origin = checked.history.origin};
}

// --- a sealed device key ----------------------------------------------------------------------

class SealedKey final : public DecidingKey {
 public:
  SealedKey(Approver approver, std::string path, DeviceKeyFile file)
      : DecidingKey(std::move(approver)), path_(std::move(path)), file_(std::move(file)) {}

  [[nodiscard]] approval::Proof proof() const override { return approval::Proof::device; }

  std::expected<void, std::string> unlock(Terminal& terminal) override {
    auto key = cli::unlock(terminal, path_, file_);
    if (!key) return std::unexpected(key.error());
    key_ = *std::move(key);
    return {};
  }

  std::expected<void, std::string> sign(Terminal& /*terminal*/, core::Decide& command) override {
    LP_ASSERT(key_.has_value());
    core::sign(command, *key_);
    return {};
  }

 private:
  std::string path_;
  DeviceKeyFile file_;
  std::optional<crypto::P256Key> key_;
};

std::expected<std::unique_ptr<DecidingKey>, int> find_sealed_key(const Checked& checked) {
  auto file = read_own_key(checked.key_path, checked.log_name);
  if (!file) {
    return std::unexpected(
        fail(file.error() + " Without an enrolled key nobody decides here.", exit_not_authorised));
  }
  if (const auto stop = hold_against_pins(checked)) return std::unexpected(*stop);
  const auto& entries = checked.history.newest().entries;
  const auto entry = std::ranges::find(entries, file->spki, &evidence::RosterEntry::spki);
  if (entry == entries.end()) {
    return std::unexpected(
        fail("This key is not in the roster of the project: it decides nothing there.",
             exit_not_authorised));
  }
  return std::make_unique<SealedKey>(approver_of(checked, *entry), checked.key_path,
                                     *std::move(file));
}

// --- a security key ---------------------------------------------------------------------------

class SigningSecurityKey final : public DecidingKey {
 public:
  SigningSecurityKey(Approver approver, std::string place, std::string credential, SecurityKey key)
      : DecidingKey(std::move(approver)),
        place_(std::move(place)),
        credential_(std::move(credential)),
        key_(std::move(key)) {}

  [[nodiscard]] approval::Proof proof() const override { return approval::Proof::passkey; }

  // It verifies its person when it signs, and not before.
  std::expected<void, std::string> unlock(Terminal& /*terminal*/) override { return {}; }

  std::expected<void, std::string> sign(Terminal& terminal, core::Decide& command) override {
    const Digest challenge = evidence::decision_challenge(command.core);
    const SecurityKey::Signing signing{
        .rp_id = place_,
        .credential = credential_,
        .client_data = terminal_client_data("webauthn.get", challenge, place_)};
    auto made = with_verification<SecurityKey::Signed>(
        terminal, key_, [&](const auto& pin) { return key_.sign(signing, pin); });
    if (!made) return std::unexpected(made.error());
    const std::vector<std::string> origins{place_};
    const auto fine = evidence::check_assertion({.authenticator_data = made->authenticator_data,
                                                 .client_data = signing.client_data,
                                                 .signature = made->signature},
                                                challenge, approver().spki, place_, &origins);
    if (!fine) return std::unexpected("The security key's answer is of no use: " + fine.error());
    command.passkey = {.authenticator_data = std::move(made->authenticator_data),
                       .client_data = signing.client_data};
    command.signature = std::move(made->signature);
    return {};
  }

 private:
  std::string place_, credential_;
  SecurityKey key_;
};

struct Candidate {
  const evidence::RosterEntry* entry;
  std::string credential;
};

// The security keys that the roster lists for terminals. Their credentials' ids are the server's
// word; a wrong one makes a signature that does not verify here.
std::expected<std::vector<Candidate>, int> candidates_of(AdminClient& client,
                                                         const Checked& checked,
                                                         std::string_view place) {
  const auto answer = client.get("/admin/devices");
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  const json::Value* rows = answer->body().find("devices");
  std::vector<Candidate> candidates;
  for (const auto& entry : checked.history.newest().entries) {
    if (entry.key_class != "passkey" || entry.rp_id != place) continue;
    const std::string key = evidence::key_id(entry.spki);
    for (const auto& row : rows == nullptr ? json::Array{} : rows->items()) {
      if (row.find_string("key") != key) continue;
      auto credential = from_base64(row.find_string("credential").value_or(""));
      if (credential && !credential->empty()) {
        candidates.push_back({.entry = &entry, .credential = *std::move(credential)});
      }
    }
  }
  return candidates;
}

// Those that are on this key; one that says nothing before it has verified somebody may have any.
std::expected<void, SecurityKeyError> keep_those_on(SecurityKey& key, const std::string& place,
                                                    std::vector<Candidate>& candidates) {
  std::vector<Candidate> kept;
  for (const auto& candidate : candidates) {
    const auto holds = key.holds(place, candidate.credential);
    if (!holds) return std::unexpected(holds.error());
    if (holds->value_or(true)) kept.push_back(candidate);
  }
  candidates = std::move(kept);
  return {};
}

std::expected<std::unique_ptr<DecidingKey>, int> find_security_key(AdminClient& client,
                                                                   Terminal& terminal,
                                                                   const Checked& checked,
                                                                   KeyPort* port) {
  const auto refuse = [](const std::string& why) {
    return std::unexpected(fail(why, exit_not_authorised));
  };
  if (const auto made = make_folder_of(checked.key_path); !made) {
    return std::unexpected(fail(made.error()));
  }
  if (const auto stop = hold_against_pins(checked)) return std::unexpected(*stop);
  const std::string place = identity::terminal_place(checked.log_name);
  auto candidates = candidates_of(client, checked, place);
  if (!candidates) return std::unexpected(candidates.error());
  if (candidates->empty()) {
    return refuse("No security key may decide in this project: `letsping device enroll --fido2` "
                  "enrols one.");
  }
  auto key = choose_security_key(terminal, port);
  if (!key) return refuse(key.error());
  if (const auto kept = keep_those_on(*key, place, *candidates); !kept) {
    return refuse(describe(kept.error()));
  }
  if (candidates->empty()) return refuse(describe({.fault = SecurityKeyFault::no_credential}));
  std::vector<std::string> members;
  for (const auto& candidate : *candidates) members.push_back(candidate.entry->member);
  const auto number = choose(terminal, "member", members);
  if (!number) return refuse("Given up; nothing was signed.");
  auto& candidate = (*candidates)[*number];
  return std::make_unique<SigningSecurityKey>(approver_of(checked, *candidate.entry), place,
                                              std::move(candidate.credential), *std::move(key));
}

}  // namespace

std::expected<std::unique_ptr<DecidingKey>, int> find_deciding_key(
    AdminClient& client, Terminal& terminal, const KeyFlags& flags,
    const SecurityKeyFlags& security_key, std::string_view project) {
  const auto checked = read_rosters(client, flags, project);
  if (!checked) return std::unexpected(checked.error());
  if (!security_key.fido2) return find_sealed_key(*checked);
  return find_security_key(client, terminal, *checked, security_key.port);
}

}  // namespace lp::cli
