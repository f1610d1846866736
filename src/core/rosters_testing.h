// A house whose owner changes rosters, and a second person to add and to remove.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/roster_offer.h"
#include "core/testing.h"

namespace lp::core {

using Entries = std::vector<evidence::RosterEntry>;

struct Rosters : House {
  crypto::P256Key second = crypto::P256Key::generate();
  std::string bob = "mem_" + base32(entropy.bytes(16));

  const ProjectView& view() { return *engine->directory()->project(project); }
  Entries entries() { return view().entries; }

  evidence::RosterEntry entry_of(const std::string& who, const crypto::P256Key* key,
                                 std::vector<std::string> roles = {"reviewer"}) {
    evidence::RosterEntry entry;
    entry.salt = entropy.bytes(32);
    entry.member = who;
    entry.roles = std::move(roles);
    entry.key_class = key == nullptr ? "none" : "device";
    if (key != nullptr) entry.spki = key->spki();
    return entry;
  }
  evidence::RosterDocument document(const evidence::RosterHead& head, const Entries& all,
                                    const crypto::P256Key& signer) {
    evidence::RosterDocument made{.head = head.bytes(), .entries = {}, .signatures = {}};
    for (const auto& entry : all) made.entries.push_back(entry.bytes());
    made.signatures = evidence::signatures_text(
        {{signer.spki(), signer.sign(evidence::roster_signing_bytes(made.head))}});
    return made;
  }
  ChangeRosters next(const Entries& all) {
    const auto head = next_roster_head(*view().roster, all, clock.now());
    return {.changes = {{project, document(head, all, approver)}}, .names = {{bob, "Bob"}}};
  }
  // The next roster with something else in its head.
  template <typename Change>
  ChangeRosters next_but(const Entries& all, Change change) {
    auto head = next_roster_head(*view().roster, all, clock.now());
    change(head);
    return {.changes = {{project, document(head, all, approver)}}, .names = {{bob, "Bob"}}};
  }
  Entries with_bob(std::vector<std::string> roles = {"reviewer"}) {
    Entries all = entries();
    all.push_back(entry_of(bob, &second, std::move(roles)));
    return all;
  }
  Fault refusal_of(ChangeRosters wish) {
    const auto before = view().row;
    const auto done = engine->run(std::move(wish));
    EXPECT_FALSE(done.has_value());
    EXPECT_EQ(view().row, before);
    return done ? Fault::unknown : done.error().fault;
  }
  std::vector<std::string> events_since(std::uint64_t first) {
    std::vector<std::string> types;
    for (const auto& leaf : *engine->reader().leaves(project, first, 100)) {
      types.emplace_back(evidence::to_string(leaf.type));
    }
    return types;
  }
  std::uint64_t size() { return view().live->signed_size; }
  // What the second person's device says of a request.
  std::expected<Decide::Result, Refused> decide_as_bob(const Considered& considered) {
    const auto command = sign_decision(considered, second, clock.now(), entropy);
    return engine->run(*command);
  }
  Considered consider_as_bob(const std::string& request, evidence::Verdict verdict) {
    Considered considered = consider(request, verdict);
    const auto row = engine->request(request, {})->rows;
    considered.offer = make_offer(row.request, row.state.state, view(), bob,
                                  evidence::key_id(second.spki()), *keys, clock.now(), entropy);
    return considered;
  }
};

}  // namespace lp::core
