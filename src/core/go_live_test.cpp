#include "core/go_live.h"

#include <gtest/gtest.h>

#include "core/closed_logs.h"
#include "core/demo.h"
#include "core/home.h"
#include "core/log_reader.h"
#include "core/roster_offer.h"
#include "core/rosters_testing.h"
#include "evidence/roster_marks.h"

namespace lp::core {
namespace {

namespace fs = std::filesystem;

const std::string address = "https://letsping.example";

// A house that was set up under no name but this machine's, and a colleague with a key.
struct Demo : House {
  crypto::P256Key second = crypto::P256Key::generate();
  std::string bob = "mem_" + base32(entropy.bytes(16));

  explicit Demo(const std::string& set_up_at = "") : House(false) {
    EXPECT_TRUE(engine->run(SetHome{.public_url = set_up_at}).has_value());
    member = "mem_" + base32(entropy.bytes(16));
    SetUp wish{.token = {}, .name = "Owner", .spki = approver.spki()};
    wish.rosters.push_back(
        sign_first_roster(view(), approver, member, clock.now(), entropy));
    EXPECT_TRUE(engine->run(std::move(wish)).has_value());
  }
  const ProjectView& view() { return *engine->directory()->project(project); }

  void take_bob_in() {
    auto entries = view().entries;
    entries.push_back({.salt = entropy.bytes(32),
                       .member = bob,
                       .roles = {"auditor", "reviewer"},
                       .groups = {"finance"},
                       .key_class = "device",
                       .spki = second.spki(),
                       .rp_id = {},
                       .aaguid = {},
                       .cosigned = {}});
    const std::string head = next_roster_head(*view().roster, entries, clock.now()).bytes();
    evidence::RosterDocument document{.head = head, .entries = {}, .signatures = {}};
    for (const auto& entry : entries) document.entries.push_back(entry.bytes());
    document.signatures = evidence::signatures_text(
        {{approver.spki(), approver.sign(evidence::roster_signing_bytes(head))}});
    EXPECT_TRUE(engine
                    ->run(ChangeRosters{.changes = {{project, document}},
                                        .names = {{bob, "Bob"}}})
                    .has_value());
  }
  OfferGoLive::Result offered(const std::string& url = address) {
    const auto offer = engine->run(OfferGoLive{.public_url = url,
                                               .key = evidence::key_id(approver.spki()),
                                               .operator_name = "olga"});
    EXPECT_TRUE(offer.has_value());
    return offer.value_or(OfferGoLive::Result{});
  }
  GoLive signed_by(const crypto::P256Key& key) {
    GoLive command{.public_url = address, .openings = {}};
    for (const GoLiveOffer& offer : offered().offers) {
      const std::string document = offer.succession.document.bytes();
      const std::string head = offer.succession.head.bytes();
      command.openings.push_back(
          {.project = offer.project,
           .record = {.document = document,
                      .owners = {{key.spki(),
                                  key.sign(evidence::succession_signing_bytes(document))}}},
           .head = head,
           .signatures = evidence::signatures_text(
               {{key.spki(), key.sign(evidence::roster_signing_bytes(head))}})});
    }
    return command;
  }
  // The id of the project before; the house goes on with the one in its place.
  std::string go_live() {
    const auto done = engine->run(signed_by(approver));
    EXPECT_TRUE(done.has_value()) << to_string(done.error().fault) << done.error().detail;
    EXPECT_EQ(done->fault, GoLiveFault::none);
    EXPECT_TRUE(engine->run(CloseSucceeded{}).has_value());
    return std::exchange(project, done->opened.opened.at(0).project);
  }
  GoLiveFault fault_of(const std::string& url) { return offered(url).fault; }
};

TEST(Demo, IsWhatWasSetUpAtANameOfThisMachine) {
  for (const char* url : {"", "http://localhost:8400", "https://a.localhost", "http://127.0.0.1",
                          "http://[::1]:8400"}) {
    EXPECT_TRUE(local_address(url)) << url;
  }
  for (const char* url : {"https://a.example", "https://localhost.example", "https://10.0.0.1"}) {
    EXPECT_FALSE(local_address(url)) << url;
  }
}

TEST(Demo, IsSaidByItsFirstRosterAndEveryStatement) {
  Demo demo;
  EXPECT_TRUE(is_demo(*demo.engine->directory()));
  EXPECT_TRUE(evidence::is_marked(*demo.view().roster, "demo"));
  const std::string asked = demo.asked();
  demo.close();
  demo.open();
  EXPECT_EQ(demo.engine->request(asked, {})->marks, std::vector<std::string>{"demo"});
  // And by the project that comes after it.
  const auto other = demo.engine->run(CreateProject{.name = "other"});
  EXPECT_EQ(demo.engine->directory()->project(other->id)->marks, std::vector<std::string>{"demo"});
  demo.close();
  demo.open();
  EXPECT_EQ(demo.engine->directory()->project(other->id)->marks, std::vector<std::string>{"demo"});
}

TEST(Demo, IsNotWhatWasSetUpUnderAnAddress) {
  Demo real(address);
  EXPECT_FALSE(is_demo(*real.engine->directory()));
  EXPECT_TRUE(real.view().marks.empty());
  EXPECT_EQ(real.fault_of("https://b.example"), GoLiveFault::live);
}

TEST(GoLive, OpensAFreshLogWithoutTheMark) {
  Demo demo;
  demo.take_bob_in();
  const std::string kept = demo.asked();
  ASSERT_TRUE(demo.decide(demo.consider(kept, evidence::Verdict::approve)).has_value());
  const std::string before = demo.go_live();
  const auto directory = demo.engine->directory();
  EXPECT_FALSE(is_demo(*directory));
  EXPECT_TRUE(demo.view().marks.empty());
  EXPECT_EQ(demo.view().roster->marks, std::vector<std::string>{"self_enrolled"});
  EXPECT_EQ(demo.view().row.name, "default");
  EXPECT_FALSE(demo.view().row.single_operator) << "a team stays one";
  EXPECT_EQ(directory->keys.begin()->second.project, demo.project);
  EXPECT_EQ(*home_of(demo.engine->reader()), address);
  const auto first = demo.engine->reader().leaf(demo.project, 0);
  EXPECT_TRUE(evidence::read_statement((*first)->statement)->marks.empty());
  const std::string fresh = demo.asked();
  EXPECT_TRUE(demo.engine->request(fresh, {})->marks.empty());
  // What was decided before stays where it was, and is proven there.
  EXPECT_EQ(demo.engine->request(kept, {})->marks, std::vector<std::string>{"demo"});
  auto log = LogReader::open(demo.engine->reader(), *directory->project(before));
  ASSERT_TRUE(log.has_value());
  EXPECT_TRUE(log->proof(demo.engine->request(kept, {})->rows.request.leaf_index).has_value());
}

TEST(GoLive, AsksEverybodyToEnrolAgainButTheKeyThatSigned) {
  Demo demo;
  demo.take_bob_in();
  demo.go_live();
  const auto directory = demo.engine->directory();
  const auto& entries = demo.view().entries;
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].spki, demo.approver.spki());
  EXPECT_EQ(entries[1].member, demo.bob);
  EXPECT_FALSE(entries[1].has_key());
  EXPECT_EQ(entries[1].roles, (std::vector<std::string>{"auditor", "reviewer"}));
  EXPECT_EQ(entries[1].groups, std::vector<std::string>{"finance"});
  EXPECT_FALSE(directory->members.at(demo.bob).removed.has_value());
  EXPECT_TRUE(directory->devices.at(evidence::key_id(demo.second.spki())).revoked.has_value());
  EXPECT_FALSE(directory->devices.at(evidence::key_id(demo.approver.spki())).revoked.has_value());
  EXPECT_TRUE(demo.engine->run(MakeLoginLink{.member = demo.bob}).has_value());
}

TEST(GoLive, RefusesAnAddressThatPeopleCannotReach) {
  Demo demo;
  for (const char* url : {"", "letsping.example", "http://letsping.example", "https://localhost",
                          "https://127.0.0.1:8400", "https://letsping.example/", "https://a:443"}) {
    EXPECT_EQ(demo.fault_of(url), GoLiveFault::bad_address) << url;
  }
  EXPECT_EQ(demo.fault_of(address), GoLiveFault::none);
}

TEST(GoLive, WaitsUntilNothingWaitsForADecision) {
  Demo demo;
  const GoLive early = demo.signed_by(demo.approver);
  const std::string asked = demo.asked();
  EXPECT_EQ(demo.fault_of(address), GoLiveFault::waiting);
  EXPECT_EQ(demo.engine->run(early)->fault, GoLiveFault::waiting);
  ASSERT_TRUE(demo.decide(demo.consider(asked, evidence::Verdict::reject)).has_value());
  // What was signed before is of a shorter log.
  EXPECT_EQ(demo.engine->run(early).error().fault, Fault::stale);
  demo.go_live();
}

TEST(GoLive, CountsByAnOwnersSignatureAlone) {
  Demo demo;
  demo.take_bob_in();
  EXPECT_FALSE(demo.engine->run(demo.signed_by(demo.second)).has_value());
  auto stolen = demo.signed_by(demo.approver);
  stolen.public_url = "https://evil.example";
  EXPECT_EQ(demo.engine->run(stolen).error().fault, Fault::stale);
  auto unsigned_head = demo.signed_by(demo.approver);
  unsigned_head.openings[0].signatures = "[]";
  EXPECT_EQ(demo.engine->run(unsigned_head).error().fault, Fault::not_permitted);
  auto late = demo.signed_by(demo.approver);
  demo.clock.advance_ms(31LL * 60 * 1'000);
  EXPECT_EQ(demo.engine->run(late).error().fault, Fault::stale);
  EXPECT_EQ(demo.engine
                ->run(OfferGoLive{.public_url = address,
                                  .key = evidence::key_id(demo.second.spki()),
                                  .operator_name = {}})
                .error()
                .fault,
            Fault::not_permitted);
  EXPECT_TRUE(is_demo(*demo.engine->directory()));
  // The refusals have left nothing behind.
  demo.go_live();
  EXPECT_EQ(demo.engine->run(demo.signed_by(demo.approver))->fault, GoLiveFault::live);
}

TEST(GoLive, TakesAllProjectsOrNone) {
  Demo demo;
  const auto other = demo.engine->run(CreateProject{.name = "other"});
  const auto roster = sign_first_roster(*demo.engine->directory()->project(other->id),
                                        demo.approver, demo.member, demo.clock.now(), demo.entropy);
  ASSERT_TRUE(demo.engine
                  ->run(SignRoster{.project = other->id,
                                   .member = demo.member,
                                   .key = evidence::key_id(demo.approver.spki()),
                                   .entry = roster.entry,
                                   .head = roster.head,
                                   .signature = roster.signature})
                  .has_value());
  auto half = demo.signed_by(demo.approver);
  half.openings.pop_back();
  EXPECT_EQ(demo.engine->run(half).error().fault, Fault::stale);
  EXPECT_TRUE(is_demo(*demo.engine->directory()));
  EXPECT_EQ(demo.engine->run(demo.signed_by(demo.approver))->opened.opened.size(), 2U);
}

TEST(GoLive, IsWholeAfterACrashAtEachStep) {
  Demo demo;
  const GoLive command = demo.signed_by(demo.approver);
  const std::string after =
      evidence::SuccessionDocument::parse(command.openings[0].record.document)->origin;
  demo.close();
  {
    // The signer has opened the log; of the commit nothing is there.
    demo.locks = *store::open_lock_store((demo.root / "signer").string());
    demo.keys = *Keys::open((demo.root / "secrets").string(), false, demo.entropy);
    OwnNotary notary(*demo.locks, demo.keys->log_secret(), demo.entropy);
    ASSERT_TRUE(Signer(notary).open(after).has_value());
    demo.close();
  }
  demo.open();
  EXPECT_TRUE(is_demo(*demo.engine->directory()));
  EXPECT_TRUE(demo.engine->run(demo.ask()).has_value()) << "it goes on as it was";
  demo.close();
  demo.open();
  for (const auto& request : demo.engine->requests({.projects = {demo.project}})) {
    ASSERT_TRUE(
        demo.decide(demo.consider(request.rows.request.id, evidence::Verdict::reject)).has_value());
  }
  // It is committed, and the signer was not told that the log before is closed.
  const std::string origin = demo.view().row.origin;
  const auto done = demo.engine->run(demo.signed_by(demo.approver));
  ASSERT_TRUE(done.has_value());
  const std::string before = std::exchange(demo.project, done->opened.opened.at(0).project);
  EXPECT_FALSE(is_closed(*demo.locks, origin));
  demo.close();
  demo.open();
  EXPECT_TRUE(is_closed(*demo.locks, origin));
  EXPECT_FALSE(is_demo(*demo.engine->directory()));
  EXPECT_TRUE(demo.engine->run(demo.ask()).has_value());
  EXPECT_EQ(demo.engine->run(Cancel{.project = before}).error().fault, Fault::unknown);
  const auto directory = demo.engine->directory();
  EXPECT_TRUE(LogReader::open(demo.engine->reader(), *directory->project(before)).has_value());
}

TEST(GoLive, NeverGoesOnWithADemoThatWasPutBack) {
  Demo demo;
  demo.close();
  fs::copy_file(demo.root / "letsping.db", demo.root / "old.db");
  demo.open();
  demo.go_live();
  demo.close();
  fs::copy_file(demo.root / "old.db", demo.root / "letsping.db",
                fs::copy_options::overwrite_existing);
  fs::remove(demo.root / "letsping.db-wal");
  fs::remove(demo.root / "letsping.db-shm");
  demo.open();
  const auto& projects = demo.engine->directory()->projects;
  ASSERT_EQ(projects.size(), 1U);
  demo.project = projects.begin()->first;
  EXPECT_EQ(demo.engine->run(demo.ask()).error().fault, Fault::log_frozen);
}

}  // namespace
}  // namespace lp::core
