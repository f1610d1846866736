// A house whose owner has a passkey too, in software.

#pragma once

#include <string>
#include <string_view>

#include "core/passkeys.h"
#include "core/rosters_testing.h"
#include "evidence/roster_wish.h"
#include "identity/passkey_testing.h"

namespace lp::core {

struct Passkeys : Rosters {
  identity::SoftPasskey passkey;

  explicit Passkeys(bool enrolled = true) {
    if (enrolled) enrol();
  }

  // What the door makes of a registration that it has checked.
  evidence::RosterWish wish_for(const identity::SoftPasskey& made) {
    evidence::RosterWish wish;
    wish.act = evidence::RosterAct::add_passkey;
    wish.member = member;
    wish.spki = made.key.spki();
    wish.passkey =
        evidence::PasskeyTerms{.rp_id = made.rp_id,
                               .aaguid = "00000000-0000-0000-0000-000000000000",
                               .credential = made.credential,
                               .origin = made.origin,
                               .counter = made.counter,
                               .backup_eligible = (made.flags & identity::backup_eligible) != 0,
                               .backed_up = false};
    return wish;
  }
  store::RosterProposal proposed(const evidence::RosterWish& wish) {
    const auto made = engine->run(ProposeRoster{.wish = wish});
    EXPECT_TRUE(made.has_value());
    return made ? made->proposal : store::RosterProposal{};
  }
  Entries after(const evidence::RosterWish& wish) {
    Entries all = entries();
    evidence::carry_out(wish, all, [&] { return entropy.bytes(32); });
    return all;
  }
  ChangeRosters as_signed(const store::RosterProposal& proposal) {
    ChangeRosters change = next(after(proposal.wish));
    change.names.clear();
    change.proposal = proposal.id;
    return change;
  }
  void enrol() {
    const auto done = engine->run(as_signed(proposed(wish_for(passkey))));
    EXPECT_TRUE(done.has_value());
  }
  void revoke() {
    evidence::RosterWish wish;
    wish.act = evidence::RosterAct::revoke_device;
    wish.member = member;
    wish.spki = passkey.key.spki();
    EXPECT_TRUE(engine->run(as_signed(proposed(wish))).has_value());
  }
  const store::Passkey& row() {
    return engine->directory()->passkeys.at(evidence::key_id(passkey.key.spki()));
  }

  std::string asked_at(std::string_view priority) {
    Ingest command = ask();
    command.priority = priority;
    return engine->run(std::move(command))->id;
  }
  Considered consider_with_passkey(const std::string& request, evidence::Verdict verdict) {
    Considered considered = consider(request, verdict);
    const auto view = engine->request(request, {})->rows;
    considered.offer =
        make_offer(view.request, view.state.state, this->view(), member,
                   evidence::key_id(passkey.key.spki()), *keys, clock.now(), entropy);
    return considered;
  }
  // As the page sends it, signed by the passkey.
  Decide signed_by_passkey(const Considered& considered) {
    Decide command = *sign_decision(considered, approver, clock.now(), entropy);
    sign(command);
    return command;
  }
  void sign(Decide& command) {
    const auto answer = passkey.get(evidence::decision_challenge(command.core));
    command.signature = answer.signature;
    command.passkey = {.authenticator_data = answer.authenticator_data,
                       .client_data = answer.client_data};
  }
  std::expected<Decide::Result, Refused> decide_by_passkey(const std::string& request) {
    return engine->run(
        signed_by_passkey(consider_with_passkey(request, evidence::Verdict::approve)));
  }
};

}  // namespace lp::core
