// Erasing who a person was, end to end over one data directory: what goes, what stays, what
// refuses.

#include "core/erasing_people.h"

#include <gtest/gtest.h>

#include "core/closing_testing.h"
#include "core/erasing_testing.h"
#include "core/erasure_proposals.h"
#include "core/rosters_testing.h"
#include "core/tombstones.h"

namespace lp::core {
namespace {

using evidence::Finding;
using evidence::Outcome;

const std::string name_of_bob = "Robert Mustermann-Unverwechselbar";

struct People : Rosters {
  ErasePerson erasure_of(const std::string& subject, const crypto::P256Key& key) {
    const auto offers = offer(subject);
    EXPECT_TRUE(offers.has_value());
    ErasePerson command;
    for (const auto& one : *offers) command.items.push_back(signed_item(one, key));
    return command;
  }
  ErasePerson::Item signed_item(const PersonErasureOffer& offer, const crypto::P256Key& key) {
    return signed_item(offer.project, offer.document.bytes(), key);
  }
  ErasePerson::Item signed_item(const std::string& of_project, const std::string& document,
                                const crypto::P256Key& key) {
    return {
        .project = of_project,
        .record = {.document = document,
                   .owners = {{.spki = key.spki(),
                               .signature = key.sign(evidence::erasure_signing_bytes(document))}}}};
  }
  std::expected<std::vector<PersonErasureOffer>, Refused> offer(const std::string& subject) {
    return offer_person_erasure(
        engine->reader(), *engine->directory(),
        {.subject = subject, .basis = "Art. 17 GDPR", .operator_name = "ops"}, clock.now(),
        engine->options().backup_horizon_ms, entropy);
  }
  Fault refusal_of_offer(const std::string& subject) {
    const auto made = offer(subject);
    return made ? Fault::refused : made.error().fault;
  }
  std::expected<ErasePerson::Result, Refused> erase(const std::string& subject) {
    const auto offers = offer(subject);
    if (!offers) return std::unexpected(offers.error());
    return engine->run(erasure_of(subject, approver));
  }
  void add_bob() {
    ChangeRosters command = next(with_bob());
    command.names = {{bob, name_of_bob}};
    ASSERT_TRUE(engine->run(std::move(command)).has_value());
  }
  void remove_bob() {
    Entries all = entries();
    std::erase_if(all, [&](const auto& entry) { return entry.member == bob; });
    ASSERT_TRUE(engine->run(next(all)).has_value());
  }
  // A request that Bob approves; the index of the decision.
  std::uint64_t approved_by_bob() {
    const std::string request = asked();
    const auto done = decide_as_bob(consider_as_bob(request, evidence::Verdict::approve));
    EXPECT_TRUE(done.has_value());
    return engine->request(request, {})->rows.state.leaf_index;
  }
  void let_a_round_pass() {
    clock.advance_ms(1'000);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(engine->run(AcceptClock{}).has_value());
  }
  // What the data is when an older copy was put back and everything since is lost.
  template <typename Since>
  void lose(Since since) {
    close();
    const std::filesystem::path database = root / "letsping.db", copy = root / "older.db";
    std::filesystem::copy_file(database, copy);
    open();
    since();
    close();
    for (const char* gone : {"letsping.db", "letsping.db-wal", "letsping.db-shm"}) {
      std::filesystem::remove(root / gone);
    }
    std::filesystem::rename(copy, database);
  }
  bool is_said_in(const std::string& of_project) {
    return (*engine->reader().member_erasure(of_project, bob)).has_value();
  }
  Outcome human_of(std::uint64_t index) {
    const auto report = report_on(*this, index);
    EXPECT_EQ(report.verdict, Finding::valid) << report.why;
    const auto human =
        std::ranges::find(report.checks, evidence::Check::human, &evidence::CheckResult::check);
    return human->outcome;
  }
  const store::Member& row() { return engine->directory()->members.at(bob); }
};

// Bob was there, decided, and is gone.
struct Gone : People {
  std::uint64_t decided = 0;
  Gone() {
    add_bob();
    decided = approved_by_bob();
    remove_bob();
  }
};

TEST(ErasingPeople, TakesTheNameAndKeepsPseudonymKeyAndSignatures) {
  Gone house;
  EXPECT_NE(bytes_under(house.root).find(name_of_bob), std::string::npos);
  EXPECT_EQ(house.human_of(house.decided), Outcome::ok);
  const auto done = house.erase(house.bob);
  ASSERT_TRUE(done.has_value());
  house.let_a_round_pass();
  EXPECT_FALSE(house.engine->scrub_due());
  EXPECT_EQ(bytes_under(house.root).find(name_of_bob), std::string::npos);
  EXPECT_EQ(house.row().name, "");
  EXPECT_TRUE(house.row().erased.has_value());
  EXPECT_EQ(house.human_of(house.decided), Outcome::erased);
  ASSERT_EQ(done->erasures.size(), 1u);
  EXPECT_EQ(report_on(house, done->erasures.front().leaf_index).verdict, Finding::valid);
  house.close();
  house.open();
  EXPECT_EQ(house.human_of(house.decided), Outcome::erased);
  EXPECT_EQ(house.erase(house.bob).error().fault, Fault::erased);
}

TEST(ErasingPeople, LeavesReceiptsOfOthersAsTheyWere) {
  Gone house;
  const std::string request = house.asked();
  ASSERT_TRUE(house.decide(house.consider(request, evidence::Verdict::reject)).has_value());
  ASSERT_TRUE(house.erase(house.bob).has_value());
  house.let_a_round_pass();
  EXPECT_EQ(house.human_of(house.engine->request(request, {})->rows.state.leaf_index), Outcome::ok);
}

TEST(ErasingPeople, IsSaidInEveryLogThatKnowsThem) {
  People house;
  const std::string later =
      house.engine->run(CreateProject{.name = "before bob has it no roster"})->id;
  house.add_bob();
  house.remove_bob();
  const auto offers = house.offer(house.bob);
  ASSERT_TRUE(offers.has_value());
  ASSERT_EQ(offers->size(), 1u);
  EXPECT_EQ(offers->front().project, house.project);
  EXPECT_NE(offers->front().project, later);
  EXPECT_TRUE(offers->front().document.exports.empty());
  EXPECT_TRUE(offers->front().document.indices.empty());
}

TEST(ErasingPeople, RefusesWhoStillCountsIsUnknownOrStays) {
  People house;
  house.add_bob();
  EXPECT_EQ(house.refusal_of_offer(house.bob), Fault::still_listed);
  EXPECT_EQ(house.refusal_of_offer(house.member), Fault::still_listed);
  EXPECT_EQ(house.refusal_of_offer("mem_00000000000000000000000000"), Fault::unknown);
  house.remove_bob();
  EXPECT_EQ(house.refusal_of_offer(house.bob), Fault::refused);
}

TEST(ErasingPeople, NeedsTheSignatureOfAnOwnerOverWhatIsOffered) {
  Gone house;
  const auto refused = [&](ErasePerson command) {
    const auto done = house.engine->run(std::move(command));
    return done ? Fault::refused : done.error().fault;
  };
  EXPECT_EQ(refused(house.erasure_of(house.bob, house.second)), Fault::not_permitted);
  EXPECT_EQ(refused({}), Fault::stale);
  const auto offered = house.offer(house.bob)->front().document;
  const auto with = [&](auto change) {
    auto document = offered;
    change(document);
    return refused({.items = {house.signed_item(house.project, document.bytes(), house.approver)}});
  };
  EXPECT_EQ(with([](auto& it) { it.complete_by = it.complete_by + 1; }), Fault::stale);
  EXPECT_EQ(with([](auto& it) { it.exports.emplace_back(); }), Fault::stale);
  EXPECT_EQ(with([](auto& it) { it.origin += "0"; }), Fault::stale);
  EXPECT_EQ(with([&](auto& it) { it.subject = house.member; }), Fault::still_listed);
  const auto item = house.signed_item(house.project, offered.bytes(), house.approver);
  EXPECT_EQ(refused({.items = {item, item}}), Fault::stale);
  EXPECT_EQ(house.row().name, name_of_bob);
}

TEST(ErasingPeople, IsBlockedByAHoldOverThemTheirRequestsOrTheProject) {
  Gone house;
  const std::string request = (*house.engine->reader().leaf(house.project, house.decided))->stream;
  const std::string other = house.asked();
  const auto hold = [&](const std::string& of_request, const std::string& subject) {
    return house.engine->run(AddHold{.project = house.project,
                                     .request = of_request,
                                     .reason = "case 4711",
                                     .subject = subject});
  };
  ASSERT_TRUE(hold(other, {}));  // he had no part in it
  const auto signed_before = house.erasure_of(house.bob, house.approver);
  for (const auto& [of_request, subject] :
       {std::pair{std::string(), house.bob}, std::pair{request, std::string()},
        std::pair{std::string(), std::string()}}) {
    const auto added = hold(of_request, subject);
    ASSERT_TRUE(added.has_value());
    EXPECT_EQ(house.refusal_of_offer(house.bob), Fault::legal_hold);
    EXPECT_EQ(house.engine->run(signed_before).error().detail, added->hold.id);
    house.close();
    house.open();
    EXPECT_EQ(house.refusal_of_offer(house.bob), Fault::legal_hold);
    ASSERT_TRUE(house.engine->run(EndHold{.id = added->hold.id, .reason = "settled"}));
  }
  EXPECT_EQ(hold({}, "mem_00000000000000000000000000").error().fault, Fault::unknown);
  ASSERT_TRUE(house.engine->run(signed_before).has_value());
  EXPECT_EQ(hold({}, house.bob).error().fault, Fault::erased);
}

TEST(ErasingPeople, TakesSessionsLinksAndWhatWasProposedAboutThem) {
  Gone house;
  const auto now = house.clock.now();
  store::Batch left;
  left.writes.emplace_back(store::Session{.token = crypto::sha256("s"),
                                          .member = house.bob,
                                          .key = evidence::key_id(house.second.spki()),
                                          .created = now,
                                          .expires = now + 1'000'000});
  left.writes.emplace_back(store::RosterProposal{.id = "rop_x",
                                                 .wish = {.act = evidence::RosterAct::add_member,
                                                          .member = house.bob,
                                                          .name = name_of_bob,
                                                          .roles = {"reviewer"},
                                                          .groups = {},
                                                          .spki = {}},
                                                 .created = now,
                                                 .expires = now + 1'000'000});
  house.close();
  house.store = *store::open_sqlite((house.root / "letsping.db").string());
  ASSERT_TRUE(house.store->commit(left));
  house.store.reset();
  house.open();
  ASSERT_TRUE(house.erase(house.bob).has_value());
  EXPECT_FALSE((*house.engine->reader().session(crypto::sha256("s"))).has_value());
  EXPECT_TRUE(house.engine->reader().roster_proposals()->empty());
  EXPECT_EQ(bytes_under(house.root).find(name_of_bob), std::string::npos);
}

TEST(ErasingPeople, IsRepeatedOverACopyThatStillListsThem) {
  People house;
  house.add_bob();
  house.close();
  const std::string database = (house.root / "letsping.db").string();
  const std::string copy = house.root.string() + ".copy";
  std::filesystem::copy_file(database, copy);
  house.open();
  house.remove_bob();
  ASSERT_TRUE(house.erase(house.bob).has_value());
  house.close();
  std::filesystem::copy_file(copy, database, std::filesystem::copy_options::overwrite_existing);
  house.open();
  EXPECT_EQ(house.row().name, "");
  EXPECT_EQ(bytes_under(house.root).find(name_of_bob), std::string::npos);
  const auto device = house.engine->directory()->devices.at(evidence::key_id(house.second.spki()));
  EXPECT_TRUE(device.revoked.has_value());
  EXPECT_EQ(house.engine->run(house.ask()).error().fault, Fault::log_frozen);
  house.close();
  house.open();  // the seal is over what it became
  std::filesystem::remove(copy);
}

TEST(ErasingPeople, IsNotSaidToStandInALogThatIsOlderThanIt) {
  Gone house;
  house.lose([&] { ASSERT_TRUE(house.erase(house.bob).has_value()); });
  house.open();
  EXPECT_EQ(house.row().name, "");
  EXPECT_FALSE(house.is_said_in(house.project));
}

TEST(ErasingPeople, IsSaidInTheLogThatTookThePlaceOfAClosedOne) {
  Gone house;  // Bob stood in the rosters of the log before, and in none since
  house.lose([&] { house.asked(); });
  house.accept_rollback = {.reason = "the disk died", .operator_name = "olga"};
  house.open();
  EXPECT_EQ(house.erase(house.bob).error().fault, Fault::log_frozen);  // no owner has signed yet
  const std::string before = open_successor(house);
  const auto done = house.erase(house.bob);
  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(done->erasures.size(), 1u);
  EXPECT_EQ(done->erasures.front().project, house.project);
  EXPECT_FALSE(house.is_said_in(before));
  EXPECT_TRUE(house.is_said_in(house.project));
  EXPECT_EQ(house.row().name, "");
  house.close();
  house.open();
  EXPECT_EQ(report_on(house, done->erasures.front().leaf_index).verdict, Finding::valid);
}

TEST(ErasingPeople, PutsUpATombstoneThatIsMissing) {
  Gone house;
  const auto done = house.erase(house.bob);
  ASSERT_TRUE(done.has_value());
  house.close();
  std::filesystem::remove_all(house.root / "signer");
  house.open();
  const auto people = Tombstones(*house.locks).people();
  ASSERT_TRUE(people.has_value());
  ASSERT_EQ(people->size(), 1u);
  EXPECT_EQ(people->front().member, house.bob);
  EXPECT_EQ(people->front().erasures, done->erasures);
}

TEST(ErasingPeople, DoesNotStartOverAnErasureThatNoEventNames) {
  Gone house;
  house.close();
  house.edit_database("UPDATE member SET name = '', erased = 5 WHERE id = '" + house.bob + "'");
  house.edit_database("INSERT INTO member_erasure VALUES ('" + house.bob + "', 1, 0, 5)");
  const auto started = house.try_open();
  ASSERT_FALSE(started.has_value());
  EXPECT_NE(started.error().find("no event says so"), std::string::npos) << started.error();
}

TEST(ErasingPeople, CarriesOutWhatWaitedForAnOwnerOnce) {
  Gone house;
  const auto asked = house.engine->run(ProposeErasure{
      .request = {}, .subject = house.bob, .basis = "Art. 17 GDPR", .operator_name = "ops"});
  ASSERT_TRUE(asked.has_value());
  auto command = house.erasure_of(house.bob, house.approver);
  command.proposal = "ers_00000000000000000000000000";
  EXPECT_EQ(house.engine->run(command).error().fault, Fault::unknown);
  command.proposal = asked->proposal.id;
  ASSERT_TRUE(house.engine->run(command).has_value());
  EXPECT_TRUE(house.engine->reader().erasure_proposals()->empty());
  EXPECT_EQ(house.engine->run(WithdrawErasure{.id = asked->proposal.id}).error().fault,
            Fault::unknown);
}

TEST(ErasingPeople, ForgetsAProposalThatNobodySigned) {
  Gone house;
  const auto asked = house.engine->run(ProposeErasure{
      .request = {}, .subject = house.bob, .basis = "Art. 17 GDPR", .operator_name = "ops"});
  ASSERT_TRUE(asked.has_value());
  house.clock.set(asked->proposal.expires);
  EXPECT_FALSE((*waiting_erasure(house.engine->reader(), asked->proposal.id, house.clock.now())));
}

}  // namespace
}  // namespace lp::core
