#include "cli/security_key_enrolment.h"

#include <fmt/core.h>

#include "base/text.h"
#include "cli/roster_change.h"
#include "cli/roster_proposals.h"
#include "crypto/hash.h"
#include "identity/passkey_registration.h"
#include "identity/terminal_place.h"
#include "json/write.h"

namespace lp::cli {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view no_sense = "The server's answer makes no sense.";

// What the credential's challenge is made of: nothing that the server alone has chosen.
std::string registration_body(std::string_view place, std::string_view server_nonce,
                              Entropy& entropy) {
  auto body = json::Value::object();
  body.add("origin", place)
      .add("server_nonce", server_nonce)
      .add("client_nonce", base64(entropy.bytes(32)));
  return json::canonical(body);
}

std::expected<SecurityKey::Making, std::string> read_terms(const json::Value& terms,
                                                           std::string client_data,
                                                           std::string_view place) {
  const json::Value* rp = terms.find("rp");
  const json::Value* user = terms.find("user");
  const json::Value* exclude = terms.find("exclude");
  const auto id =
      user == nullptr ? std::nullopt : from_base64(user->find_string("id").value_or(""));
  if (rp == nullptr || rp->find_string("id") != place || !id || exclude == nullptr ||
      !exclude->is_array()) {
    return std::unexpected(std::string(no_sense));
  }
  SecurityKey::Making making{.rp_id = std::string(place),
                             .rp_name = std::string(rp->find_string("name").value_or("")),
                             .user_id = *id,
                             .user_name = std::string(user->find_string("name").value_or("")),
                             .client_data = std::move(client_data),
                             .exclude = {}};
  for (const auto& item : exclude->items()) {
    auto credential = item.is_string() ? from_base64(item.as_string()) : std::nullopt;
    if (!credential) return std::unexpected(std::string(no_sense));
    making.exclude.push_back(*std::move(credential));
  }
  return making;
}

struct Registered {
  Answer proposal;  // that an owner signs
  std::string id, spki;
  evidence::RosterWish wish;
};

// The error is the exit status, said already.
std::expected<Registered, int> register_key(AdminClient& client, Terminal& terminal,
                                            SecurityKey& key, const std::string& member,
                                            const std::string& place) {
  const auto terms =
      client.post("/admin/passkeys/begin", json::Value::object().add("member", member));
  if (!terms) return std::unexpected(fail(terms.error()));
  if (!terms->ok()) return std::unexpected(fail(*terms));
  crypto::SystemEntropy entropy;
  const std::string body = registration_body(
      place, terms->body().find_string("server_nonce").value_or(""), entropy);
  const std::string client_data = terminal_client_data(
      "webauthn.create", crypto::sha256({"lp-passkey/1\0"sv, body}), place);
  const auto making = read_terms(terms->body(), client_data, place);
  if (!making) return std::unexpected(fail(making.error()));
  const auto made = with_verification<SecurityKey::Made>(
      terminal, key, [&](const auto& pin) { return key.make(*making, pin); });
  if (!made) return std::unexpected(fail(made.error(), exit_not_authorised));
  const auto attestation = identity::read_attestation(made->attestation);
  if (!attestation) {
    return std::unexpected(fail(fmt::format("The security key's answer is of no use: {}.",
                                            identity::describe(attestation.error()))));
  }
  auto said = json::Value::object();
  said.add("member", member)
      .add("body", body)
      .add("clientDataJSON", base64(client_data))
      .add("attestationObject", base64(made->attestation));
  auto answer = client.post("/admin/passkeys", said);
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  // What an owner signs is the key that was made here, whatever the server says.
  const auto change = read_proposal(answer->body());
  if (!change || change->wish.member != member || change->wish.spki != attestation->spki ||
      !change->wish.passkey || change->wish.passkey->rp_id != place) {
    return std::unexpected(fail(no_sense, exit_verification));
  }
  std::string id(answer->body().find_string("id").value_or(""));
  return Registered{.proposal = *std::move(answer),
                    .id = std::move(id),
                    .spki = attestation->spki,
                    .wish = change->wish};
}

}  // namespace

int enroll_security_key(const AdminFlags& flags, const KeyFlags& key,
                        const SecurityKeyFlags& security_key, const std::string& member) {
  AdminClient client(flags.place);
  const auto rosters = fetch_rosters(client);
  if (!rosters) return rosters.error();
  if (!rosters->lists(member)) return fail(no_such_member);
  auto owner = owner_at(key, *rosters);
  if (!owner && owner.error().status) return *owner.error().status;
  auto terminal = Terminal::open();
  if (!terminal) return fail(terminal.error(), exit_not_authorised);
  auto chosen = choose_security_key(*terminal, security_key.port);
  if (!chosen) return fail(chosen.error(), exit_not_authorised);
  terminal->say(fmt::format("The security key shall decide for {}.\n",
                            visible(rosters->name_of(member))));
  const auto registered = register_key(client, *terminal, *chosen, member,
                                       identity::terminal_place(rosters->log_name));
  if (!registered) return registered.error();
  auto result = json::Value::object();
  result.add("id", evidence::key_id(registered->spki)).add("spki", base64(registered->spki));
  if (!owner) return print_link(flags, registered->proposal, std::move(result), owner.error().why);
  const int status = carry_out(flags, client, owner, *rosters,
                               {.wish = registered->wish,
                                .proposal = registered->id,
                                .result = std::move(result)});
  // Whoever says no here wants nobody else to be asked.
  if (status != exit_ok) static_cast<void>(withdraw_proposal(client, registered->id));
  return status;
}

}  // namespace lp::cli
