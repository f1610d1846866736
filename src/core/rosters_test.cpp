#include <gtest/gtest.h>

#include <algorithm>

#include "core/rosters_testing.h"

namespace lp::core {
namespace {

using evidence::RosterEntry;

TEST(Rosters, KeepWhoSetTheServerUpAnOwner) {
  Rosters house;
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob({"owner"}))).has_value());
  auto entries = house.entries();
  for (auto& entry : entries) {
    if (entry.member == house.member) entry.roles = {"reviewer"};
  }
  EXPECT_EQ(house.refusal_of(house.next(entries)), Fault::roster_mismatch);
}

TEST(Rosters, TakeAMemberThenTheirDeviceAndSayWhoSigned) {
  Rosters house;
  Entries all = house.entries();
  all.push_back(house.entry_of(house.bob, nullptr));
  auto first = house.size();
  ASSERT_TRUE(house.engine->run(house.next(all)).has_value());
  EXPECT_EQ(house.view().row.roster_version, 2U);
  EXPECT_EQ(house.view().people.size(), 1U);
  EXPECT_EQ(house.events_since(first),
            (std::vector<std::string>{"roster.changed", "member.added"}));
  EXPECT_EQ(house.engine->directory()->members.at(house.bob).name, "Bob");

  all.back() = house.entry_of(house.bob, &house.second);
  first = house.size();
  const auto done = house.engine->run(house.next(all));
  ASSERT_TRUE(done.has_value());
  EXPECT_EQ(done->versions.at(0).version, 3U);
  EXPECT_EQ(done->versions.at(0).sha256, house.view().row.roster_sha256);
  EXPECT_EQ(house.events_since(first), (std::vector<std::string>{"roster.changed", "key.added"}));
  const auto leaf = house.engine->reader().leaf(house.project, first);
  const auto statement = evidence::read_statement((*leaf)->statement);
  EXPECT_EQ(statement->actor.id, house.member);
  EXPECT_EQ(statement->actor.key, evidence::key_id(house.approver.spki()));
  EXPECT_EQ(house.engine->directory()->devices.at(evidence::key_id(house.second.spki())).member,
            house.bob);
}

TEST(Rosters, LetANewReviewerDecideAndAFormerOneNotAnyMore) {
  Rosters house;
  const std::string request = house.asked(), later = house.asked();
  const Entries before = house.entries();
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())).has_value());
  ASSERT_TRUE(house.decide_as_bob(house.consider_as_bob(request, evidence::Verdict::approve)));
  EXPECT_EQ(house.state(request), approval::State::approved);

  const auto kept = house.consider_as_bob(later, evidence::Verdict::reject);
  const auto first = house.size();
  ASSERT_TRUE(house.engine->run(house.next(before)).has_value());
  EXPECT_EQ(house.events_since(first),
            (std::vector<std::string>{"roster.changed", "member.removed"}));
  const auto done = house.decide_as_bob(kept);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().refusal, approval::Refusal::not_a_reviewer);
  EXPECT_EQ(house.state(later), approval::State::pending);
  EXPECT_TRUE(house.engine->directory()->members.at(house.bob).removed.has_value());
  EXPECT_TRUE(house.engine->directory()
                  ->devices.at(evidence::key_id(house.second.spki()))
                  .revoked.has_value());
}

TEST(Rosters, MakeOffersOfTheVersionBeforeStale) {
  Rosters house;
  const std::string request = house.asked();
  const auto kept = house.consider(request, evidence::Verdict::approve);
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())).has_value());
  const auto done = house.decide(kept);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().fault, Fault::stale);
  EXPECT_TRUE(house.decide(house.consider(request, evidence::Verdict::approve)).has_value());
}

TEST(Rosters, TakeBackADeviceForGood) {
  Rosters house;
  const auto laptop = crypto::P256Key::generate();
  Entries all = house.with_bob();
  all.push_back(house.entry_of(house.bob, &laptop));
  ASSERT_TRUE(house.engine->run(house.next(all)).has_value());
  Entries fewer = all;
  fewer.pop_back();
  const auto first = house.size();
  ASSERT_TRUE(house.engine->run(house.next(fewer)).has_value());
  EXPECT_EQ(house.events_since(first), (std::vector<std::string>{"roster.changed", "key.revoked"}));
  EXPECT_FALSE(house.engine->directory()->members.at(house.bob).removed.has_value());
  EXPECT_EQ(house.refusal_of(house.next(all)), Fault::roster_mismatch);
}

TEST(Rosters, NeedTheSignatureOfAnOwnerOfTheVersionBefore) {
  Rosters house;
  const auto head = next_roster_head(*house.view().roster, house.with_bob(), house.clock.now());
  const Entries all = house.with_bob();
  auto wish = house.next(all);
  const auto own = next_roster_head(*house.view().roster, all, house.clock.now());
  // Somebody who would only be an owner afterwards.
  wish.changes[0].document = house.document(own, all, house.second);
  EXPECT_EQ(house.refusal_of(wish), Fault::not_permitted);
  wish.changes[0].document.signatures = "[]";
  EXPECT_EQ(house.refusal_of(wish), Fault::not_permitted);
  wish = house.next(all);
  wish.changes[0].document.signatures = evidence::signatures_text(
      {{house.approver.spki(), house.approver.sign(evidence::roster_signing_bytes("other"))}});
  EXPECT_EQ(house.refusal_of(wish), Fault::bad_signature);
  // A reviewer is no owner.
  ASSERT_TRUE(house.engine->run(house.next(all)).has_value());
  const auto third = next_roster_head(*house.view().roster, all, house.clock.now());
  EXPECT_EQ(
      house.refusal_of(
          {.changes = {{house.project, house.document(third, all, house.second)}}, .names = {}}),
      Fault::not_permitted);
}

TEST(Rosters, FollowEachOtherWithoutAGap) {
  Rosters house;
  const Entries all = house.with_bob();
  EXPECT_EQ(house.refusal_of(house.next_but(all, [](auto& head) { ++head.version; })),
            Fault::stale);
  EXPECT_EQ(house.refusal_of(
                house.next_but(all, [](auto& head) { head.prev = crypto::sha256("other"); })),
            Fault::stale);
  const auto wish = house.next(all);
  ASSERT_TRUE(house.engine->run(wish).has_value());
  EXPECT_EQ(house.refusal_of(wish), Fault::stale);
}

TEST(Rosters, KeepWhatAnOwnerDoesNotDecide) {
  Rosters house;
  const Entries all = house.with_bob();
  const auto refused = [&](auto change) {
    return house.refusal_of(house.next_but(all, change)) == Fault::roster_mismatch;
  };
  EXPECT_TRUE(refused([](auto& head) { head.marks = {}; }));
  EXPECT_TRUE(refused([](auto& head) { head.marks.emplace_back("demo"); }));
  EXPECT_TRUE(refused([](auto& head) { head.issuer[0].to = 5; }));
  EXPECT_TRUE(refused([](auto& head) { head.log.clear(); }));
  EXPECT_TRUE(refused([](auto& head) { head.min_human = "session"; }));
  EXPECT_TRUE(refused([](auto& head) { head.single_operator = true; }));
  EXPECT_TRUE(refused([&](auto& head) { head.owners.push_back(house.second.spki()); }));
  EXPECT_TRUE(refused([](auto& head) { head.time = head.time + 1; }));
  EXPECT_TRUE(refused([](auto& head) { head.tree_size = 1; }));
  house.clock.advance_ms(roster_time_ms + 1);
  EXPECT_TRUE(refused([](auto& head) { head.time = head.time + -(roster_time_ms + 1); }));
}

TEST(Rosters, StayTestRostersForEver) {
  Rosters house;
  house.close();
  house.edit_database("INSERT INTO setting VALUES ('test', '1')");
  house.forget_seal();
  house.open();
  // The first roster of this house bears no mark; a project of now does.
  const std::string made = house.engine->run(CreateProject{.name = "later"})->id;
  ASSERT_TRUE(house.engine
                  ->run(sign_roster_later(*house.engine->directory(),
                                          *house.engine->directory()->project(made), house.approver,
                                          house.clock.now(), house.entropy))
                  .has_value());
  house.project = made;
  const auto washed =
      house.next_but(house.with_bob(), [](auto& head) { std::erase(head.marks, "test"); });
  EXPECT_EQ(house.refusal_of(washed), Fault::roster_mismatch);
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())).has_value());
  EXPECT_EQ(std::ranges::count(house.view().roster->marks, "test"), 1);
}

TEST(Rosters, MakeATeamOfTheSecondReviewerAndKeepIt) {
  Rosters house;
  const Entries alone = house.entries();
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob({"auditor"}))).has_value());
  EXPECT_TRUE(house.view().row.single_operator);
  ASSERT_TRUE(house.engine->run(house.next(alone)).has_value());
  house.second = crypto::P256Key::generate();
  house.bob = "mem_" + base32(house.entropy.bytes(16));
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())).has_value());
  EXPECT_FALSE(house.view().row.single_operator);
  ASSERT_TRUE(house.engine->run(house.next(alone)).has_value());
  EXPECT_FALSE(house.view().row.single_operator);
}

TEST(Rosters, LetASecondOwnerSignButNotRemoveTheFirst) {
  Rosters house;
  const Entries both = house.with_bob({"owner", "reviewer"});
  ASSERT_TRUE(house.engine->run(house.next(both)).has_value());
  const auto signed_by_bob = [&](const Entries& all) {
    const auto head = next_roster_head(*house.view().roster, all, house.clock.now());
    return ChangeRosters{.changes = {{house.project, house.document(head, all, house.second)}},
                         .names = {}};
  };
  EXPECT_EQ(house.refusal_of(signed_by_bob({both[1]})), Fault::roster_mismatch);
  const auto phone = crypto::P256Key::generate();
  Entries more = both;
  more.push_back(house.entry_of(house.bob, &phone, {"owner", "reviewer"}));
  ASSERT_TRUE(house.engine->run(signed_by_bob(more)).has_value());
  // The stolen device of the first owner, taken back by the second.
  more[0] = house.entry_of(house.member, nullptr, {"owner", "reviewer"});
  ASSERT_TRUE(house.engine->run(signed_by_bob(more)).has_value());
  EXPECT_EQ(house.refusal_of(house.next(both)), Fault::not_permitted);
}

TEST(Rosters, AreNeverWithoutAnOwner) {
  Rosters house;
  Entries all = house.with_bob();
  all[0].roles = {"reviewer"};
  auto head = next_roster_head(*house.view().roster, all, house.clock.now());
  head.owners = {house.approver.spki()};  // Otherwise it could not even be written.
  EXPECT_EQ(
      house.refusal_of({.changes = {{house.project, house.document(head, all, house.approver)}},
                        .names = {{house.bob, "Bob"}}}),
      Fault::roster_mismatch);
}

TEST(Rosters, TakeOnlyEntriesThatCanBeChecked) {
  Rosters house;
  const auto refused = [&](auto change) {
    Entries all = house.with_bob();
    change(all.back());
    return house.refusal_of(house.next(all)) == Fault::roster_mismatch;
  };
  EXPECT_TRUE(refused([](RosterEntry& entry) { entry.roles = {"king"}; }));
  EXPECT_TRUE(refused([](RosterEntry& entry) { entry.spki = "no key"; }));
  EXPECT_TRUE(refused([](RosterEntry& entry) { entry.member = "bob"; }));
  EXPECT_TRUE(refused([](RosterEntry& entry) { entry.member = "mem_" + std::string(26, '0'); }));
  EXPECT_TRUE(refused([](RosterEntry& entry) {
    entry.key_class = "passkey";
    entry.rp_id = "letsping.example";
  }));
}

TEST(Rosters, ChangeInAllProjectsOrInNone) {
  Rosters house;
  const std::string made = house.engine->run(CreateProject{.name = "later"})->id;
  const auto signed_later =
      sign_roster_later(*house.engine->directory(), *house.engine->directory()->project(made),
                        house.approver, house.clock.now(), house.entropy);
  auto wish = house.next(house.with_bob());
  wish.changes.push_back({made, wish.changes[0].document});
  EXPECT_EQ(house.refusal_of(wish), Fault::roster_mismatch);
  ASSERT_TRUE(house.engine->run(signed_later).has_value());
  EXPECT_EQ(house.refusal_of(wish), Fault::stale);

  const std::string first = house.project;
  house.project = made;
  wish.changes[1] = house.next(house.with_bob()).changes[0];
  house.project = first;
  const auto done = house.engine->run(wish);
  ASSERT_TRUE(done.has_value()) << done.error().detail;
  EXPECT_EQ(done->versions.size(), 2U);
  EXPECT_EQ(house.engine->directory()->project(made)->people.size(), 2U);
  EXPECT_EQ(house.refusal_of({.changes = {}, .names = {}}), Fault::roster_mismatch);
}

TEST(Rosters, OfOneChangeGiveAKeyToOneMember) {
  Rosters house;
  const std::string made = house.engine->run(CreateProject{.name = "later"})->id;
  ASSERT_TRUE(house.engine
                  ->run(sign_roster_later(*house.engine->directory(),
                                          *house.engine->directory()->project(made), house.approver,
                                          house.clock.now(), house.entropy))
                  .has_value());
  auto wish = house.next(house.with_bob());
  const std::string first = house.project, bob = house.bob;
  house.project = made;
  house.bob = "mem_" + base32(house.entropy.bytes(16));
  wish.changes.push_back(house.next(house.with_bob()).changes[0]);
  wish.names.push_back({house.bob, "Eve"});
  house.project = first;
  EXPECT_EQ(house.refusal_of(wish), Fault::roster_mismatch);
  wish.changes.push_back(wish.changes[0]);
  EXPECT_EQ(house.refusal_of(wish), Fault::roster_mismatch);
}

TEST(Rosters, AreTheSameAfterARestart) {
  Rosters house;
  const std::string request = house.asked();
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())).has_value());
  ASSERT_TRUE(house.decide_as_bob(house.consider_as_bob(request, evidence::Verdict::approve)));
  const Entries without = {house.entries()[0]};
  ASSERT_TRUE(house.engine->run(house.next(without)).has_value());
  const auto before = house.view().row;
  house.close();
  house.open();
  EXPECT_EQ(house.view().row, before);
  EXPECT_EQ(house.view().roster->version, 3U);
  EXPECT_TRUE(house.engine->directory()->members.at(house.bob).removed.has_value());
  EXPECT_TRUE(house.engine->run(house.next(house.entries())).has_value());
}

// A database owner's own roster: correct in itself, signed by themselves.
TEST(Rosters, ThatNoOwnerSignedAreNotFollowedAtStart) {
  Rosters house;
  const Entries all = house.with_bob({"owner", "reviewer"});
  const auto head = next_roster_head(*house.view().roster, all, house.clock.now());
  const auto forged = house.document(head, all, house.second);
  const std::string project = house.project;
  house.close();
  const auto blob = [](std::string_view bytes) { return "x'" + hex(bytes) + "'"; };
  const std::string at = "'" + project + "', 2";
  std::string sql = "INSERT INTO roster VALUES (" + at + ", " + blob(head.sha256().view()) +
                    ", 0, " + blob(forged.head) + ", " + blob(forged.signatures) + ");";
  for (std::size_t i = 0; i < forged.entries.size(); ++i) {
    sql += "INSERT INTO roster_entry VALUES (" + at + ", " + std::to_string(i) + ", " +
           blob(forged.entries[i]) + ");";
  }
  sql += "UPDATE project SET roster_version = 2, roster_sha256 = " + blob(head.sha256().view());
  house.edit_database(sql);
  house.forget_seal();  // which would refuse it first
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("version 2"), std::string::npos) << started.error();
}

// A decision under a version that is no longer in force, not yet signed when the power went.
TEST(Rosters, OfBeforeStillProveWhatWasDecidedUnderThem) {
  Rosters house;
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())).has_value());
  const auto size = house.size();
  const std::string request = house.asked();
  ASSERT_TRUE(house.decide_as_bob(house.consider_as_bob(request, evidence::Verdict::approve)));
  ASSERT_TRUE(house.engine->run(house.next({house.entries()[0]})).has_value());
  const std::string origin = house.view().row.origin;
  house.close();
  std::filesystem::remove_all(house.root / "signer");
  house.open();
  EXPECT_TRUE(house.engine->run(AdoptSigner{.reason = "lost"}).has_value());
  EXPECT_GT(house.size(), size);
}

}  // namespace
}  // namespace lp::core
