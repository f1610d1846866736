#include "evidence/roster.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/values.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

crypto::P256Key key(char seed) {
  return crypto::P256Key::from_uniform(std::string(48, seed));
}

RosterEntry device(std::string member, std::string spki) {
  RosterEntry entry;
  entry.salt = std::string(32, '\x04');
  entry.member = std::move(member);
  entry.roles = {"reviewer", "owner", "owner"};
  entry.groups = {"finance"};
  entry.key_class = "device";
  entry.spki = std::move(spki);
  return entry;
}

RosterEntry passkey(std::string member, std::string spki) {
  RosterEntry entry = device(std::move(member), std::move(spki));
  entry.key_class = "passkey";
  entry.rp_id = "letsping.example";
  entry.aaguid = "00000000-0000-0000-0000-000000000000";
  return entry;
}

struct Version {
  RosterHead head;
  std::vector<RosterEntry> entries;

  void seal() {
    head.tree_size = entries.size();
    head.tree_root = roster_tree_root(entries);
  }
};

OwnerSignature signature_of(const crypto::P256Key& owner, const RosterHead& head) {
  return {owner.spki(), owner.sign(roster_signing_bytes(head.bytes()))};
}

Version genesis() {
  Version version;
  version.entries = {device("mem_1", key('a').spki()), passkey("mem_2", key('b').spki())};
  RosterHead& head = version.head;
  head.origin = "log.example/p/00112233445566778899aabbccddeeff";
  head.owners = {key('a').spki(), key('b').spki()};
  head.threshold = 2;
  head.issuer = {{key('i').spki(), 0, 100}, {key('j').spki(), 100, std::nullopt}};
  head.log = {{"log.example/p/0011+00000000+AQ==", 0, std::nullopt}};
  head.time = *parse_instant("2026-03-01T12:00:00.000Z");
  version.seal();
  return version;
}

Version second(const Version& first) {
  Version version = first;
  version.head.version = first.head.version + 1;
  version.head.prev = first.head.sha256();
  version.head.time = first.head.time + 1000;
  version.head.owners = {key('c').spki()};
  version.head.threshold = 1;
  return version;
}

std::expected<void, RosterFault> verify(const Version& version,
                                        const std::vector<OwnerSignature>& signatures,
                                        const RosterHead* previous = nullptr) {
  return verify_roster(version.head.bytes(), version.entries, signatures, previous);
}

std::vector<OwnerSignature> both(const RosterHead& head) {
  return {signature_of(key('a'), head), signature_of(key('b'), head)};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(RosterEntry, IsCanonicalWithSortedRoles) {
  EXPECT_EQ(device("mem_1", "key").bytes(),
            R"({"class":"device","cosigned":[],"groups":["finance"],"member":"mem_1",)"
            R"("roles":["owner","reviewer"],)"
            R"("salt":"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=","spki":"a2V5"})");
}

TEST(RosterEntry, ReadsBackBothClasses) {
  for (const RosterEntry& entry : {device("mem_1", "key"), passkey("mem_1", "key")}) {
    const auto read = RosterEntry::parse(entry.bytes());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->bytes(), entry.bytes());
    EXPECT_EQ(read->rp_id, entry.rp_id);
    EXPECT_EQ(read->cosigned, entry.cosigned);
    EXPECT_TRUE(read->has_role("owner"));
    EXPECT_FALSE(read->has_role("auditor"));
  }
}

TEST(RosterEntry, RefusesWhatItWouldNotWrite) {
  const std::string good = passkey("mem_1", "key").bytes();
  const std::pair<std::string_view, std::string_view> changes[] = {
      {R"("class":"passkey")", R"("class":"device")"},
      {R"("class":"passkey")", R"("class":"session")"},
      {R"("class":"passkey")", R"("class":"")"},
      {R"("cosigned":[])", R"("cosigned":[1])"},
      {R"("cosigned":[])", R"("cosigned":[{"member":null}])"},
      {R"("cosigned":[])", R"("cosigned":{})"},
      {R"("cosigned":[],)", ""},
      {R"("groups":["finance"])", R"("groups":[""])"},
      {R"("groups":["finance"])", R"("groups":"finance")"},
      {R"("roles":["owner","reviewer"])", R"("roles":["reviewer","owner"])"},
      {R"("roles":["owner","reviewer"])", R"("roles":["owner","owner"])"},
      {R"("roles":["owner","reviewer"])", R"("roles":[1])"},
      {R"("member":"mem_1")", R"("member":"")"},
      {R"("rpId":"letsping.example",)", ""},
      {R"("rpId":"letsping.example")", R"("rpId":"")"},
      {R"("aaguid":"00000000-0000-0000-0000-000000000000")", R"("aaguid":"")"},
      {R"("spki":"a2V5")", R"("spki":"")"},
      {R"("spki":"a2V5")", R"("spki":"a2V6\n")"},
      {R"("spki":"a2V5")", R"("spki":"a2V5","x":1)"},
      {"BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=", "BAQE"},
      {R"({"aaguid")", R"({ "aaguid")"},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_FALSE(RosterEntry::parse(replaced(good, from, to))) << from << " → " << to;
  }
  EXPECT_FALSE(RosterEntry::parse("[]"));
  EXPECT_FALSE(RosterEntry::parse(""));
  // A device names no relying party.
  const std::string plain = device("mem_1", "key").bytes();
  EXPECT_FALSE(RosterEntry::parse(replaced(plain, R"(,"salt")", R"(,"rpId":"x","salt")")));
}

RosterEntry without_key(std::string member) {
  RosterEntry entry = device(std::move(member), "");
  entry.key_class = "none";
  return entry;
}

TEST(RosterEntry, OfAMemberWithoutAKeyNamesNone) {
  const RosterEntry entry = without_key("mem_3");
  EXPECT_FALSE(entry.has_key());
  EXPECT_EQ(entry.bytes().find("spki"), std::string::npos);
  const auto read = RosterEntry::parse(entry.bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bytes(), entry.bytes());
  const std::string bytes = entry.bytes();
  EXPECT_FALSE(RosterEntry::parse(replaced(bytes, R"("none")", R"("device")")));
  EXPECT_FALSE(RosterEntry::parse(replaced(bytes, R"("none")", R"("passkey")")));
  EXPECT_FALSE(RosterEntry::parse(replaced(bytes, R"(,"salt")", R"(,"rpId":"x","salt")")));
  const std::string keyed = device("mem_3", "key").bytes();
  EXPECT_FALSE(RosterEntry::parse(replaced(keyed, R"("device")", R"("none")")));
}

TEST(KeyId, IsTheHexHashOfTheKey) {
  EXPECT_EQ(key_id("key"), crypto::sha256("key").hex());
}

TEST(RosterHead, IsCanonical) {
  RosterHead head;
  head.origin = "log.example/p/1";
  head.owners = {"key"};
  head.issuer = {{"issuer", 0, std::nullopt}, {"next", 5, 9}};
  head.log = {{"vkey", 1, std::nullopt}};
  head.marks = {"test", "demo"};
  head.tree_root = crypto::sha256("root");
  head.time = *parse_instant("2026-03-01T12:00:00.000Z");
  EXPECT_EQ(head.bytes(),
            R"({"issuer":[{"from":0,"spki":"aXNzdWVy"},{"from":5,"spki":"bmV4dA==","to":9}],)"
            R"("log":[{"from":1,"vkey":"vkey"}],"marks":["demo","test"],)"
            R"("min":{"human":"device","log":"logged"},"origin":"log.example/p/1",)"
            R"("owners":["a2V5"],"single_operator":true,"threshold":1,)"
            R"("time":"2026-03-01T12:00:00.000Z","tree":{"root":")" +
                crypto::sha256("root").hex() + R"(","size":0},"v":1,"version":1})");
  EXPECT_EQ(head.sha256(), crypto::sha256(head.bytes()));
}

TEST(RosterHead, ReadsBackEveryMember) {
  Version version = second(genesis());
  version.head.marks = {"test"};
  version.head.min_human = "passkey";
  version.head.min_log = "time-stamped";
  version.head.single_operator = false;
  const auto read = RosterHead::parse(version.head.bytes());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->bytes(), version.head.bytes());
  EXPECT_EQ(read->prev, version.head.prev);
  EXPECT_EQ(read->owners, version.head.owners);
  EXPECT_EQ(read->issuer, version.head.issuer);
  EXPECT_EQ(read->log, version.head.log);
  EXPECT_EQ(read->marks, version.head.marks);
  EXPECT_EQ(read->tree_root, version.head.tree_root);
}

TEST(RosterHead, RefusesWhatItWouldNotWrite) {
  Version version = genesis();
  version.head.owners = {"key", "other"};
  version.head.issuer = {{"issuer", 3, 9}};
  version.head.log = {{"vkey", 0, std::nullopt}};
  version.head.marks = {"demo", "test"};
  const std::string good = version.head.bytes();
  ASSERT_TRUE(RosterHead::parse(good));
  const std::pair<std::string_view, std::string_view> changes[] = {
      {R"("v":1,)", R"("v":2,)"},
      {R"("v":1,)", ""},
      {R"("version":1)", R"("version":0)"},
      {R"("version":1)", R"("version":2)"},  // needs a prev
      {R"("origin":"log)", R"("origin":"","x":"log)"},
      {R"("owners":["a2V5","b3RoZXI="])", R"("owners":[])"},
      {R"("owners":["a2V5","b3RoZXI="])", R"("owners":["a2V5","a2V5"])"},
      {R"("owners":["a2V5","b3RoZXI="])", R"("owners":["a2V5",""])"},
      {R"("owners":["a2V5","b3RoZXI="])", R"("owners":["a2V5","?"])"},
      {R"("owners":["a2V5","b3RoZXI="])", R"("owners":["a2V5",1])"},
      {R"("owners":["a2V5","b3RoZXI="])", R"("owners":"a2V5")"},
      {R"("threshold":2)", R"("threshold":0)"},
      {R"("threshold":2)", R"("threshold":3)"},
      {R"("threshold":2)", R"("threshold":"2")"},
      {R"("from":3)", R"("from":9)"},
      {R"("to":9)", R"("to":null)"},
      {R"("to":9)", R"("to":9,"x":1)"},
      {R"("spki":"aXNzdWVy")", R"("spki":"")"},
      {R"("vkey":"vkey")", R"("vkey":"")"},
      {R"("vkey":"vkey")", R"("vkey":"vkey","x":1)"},
      {R"("log":[)", R"("log":[1,)"},
      {R"("marks":["demo","test"])", R"("marks":[])"},
      {R"("marks":["demo","test"])", R"("marks":["test","demo"])"},
      {R"("marks":["demo","test"])", R"("marks":["trusted"])"},
      {R"("human":"device")", R"("human":"face")"},
      {R"("log":"logged")", R"("log":"remembered")"},
      {R"("log":"logged")", R"("log":"logged","x":1)"},
      {R"("single_operator":true)", R"("single_operator":1)"},
      {R"("size":2)", R"("size":-2)"},
      {R"("size":2)", R"("size":2,"x":1)"},
      {R"("time":"2026-03-01T12:00:00.000Z")", R"("time":"now")"},
      {R"({"issuer")", R"({ "issuer")"},
      {R"("version":1)", R"("version":1,"zz":1)"},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_FALSE(RosterHead::parse(replaced(good, from, to))) << from << " → " << to;
  }
  EXPECT_FALSE(RosterHead::parse("null"));
  EXPECT_FALSE(RosterHead::parse(""));
}

TEST(RosterRange, CoversItsStartAndNotItsEnd) {
  const IssuerRange issuer{"key", 3, 5};
  EXPECT_FALSE(issuer.covers(2));
  EXPECT_TRUE(issuer.covers(3));
  EXPECT_TRUE(issuer.covers(4));
  EXPECT_FALSE(issuer.covers(5));
  const LogKeyRange log{"key", 3, std::nullopt};
  EXPECT_FALSE(log.covers(2));
  EXPECT_TRUE(log.covers(integer_max));
}

TEST(RosterTree, IsAMerkleTreeOverTheEntries) {
  const Version version = genesis();
  EXPECT_EQ(roster_tree_root({}), tlog::empty_root());
  EXPECT_EQ(roster_tree_root(version.entries),
            tlog::node_hash(tlog::leaf_hash(version.entries[0].bytes()),
                            tlog::leaf_hash(version.entries[1].bytes())));
}

TEST(Roster, AcceptsAGenesisSignedByItsOwnOwners) {
  const Version version = genesis();
  EXPECT_TRUE(verify(version, both(version.head)));
}

TEST(Roster, AcceptsTheNextVersionSignedByTheOwnersBefore) {
  const Version first = genesis();
  const Version next = second(first);
  EXPECT_TRUE(verify(next, both(next.head), &first.head));
  // The owners that a version names cannot vouch for it themselves.
  EXPECT_EQ(verify(next, {signature_of(key('c'), next.head)}, &first.head).error(),
            RosterFault::not_an_owner);
}

TEST(Roster, CountsDistinctOwners) {
  const Version version = genesis();
  const OwnerSignature one = signature_of(key('a'), version.head);
  EXPECT_EQ(verify(version, {}).error(), RosterFault::too_few_signatures);
  EXPECT_EQ(verify(version, {one}).error(), RosterFault::too_few_signatures);
  EXPECT_EQ(verify(version, {one, one}).error(), RosterFault::too_few_signatures);
}

TEST(Roster, RefusesSignaturesThatAreNotOfThisHeadOrOfNoOwner) {
  const Version version = genesis();
  Version other = version;
  other.head.single_operator = false;
  auto signatures = both(version.head);
  signatures[1] = signature_of(key('b'), other.head);
  EXPECT_EQ(verify(version, signatures).error(), RosterFault::bad_signature);
  signatures = both(version.head);
  signatures.push_back(signature_of(key('d'), version.head));
  EXPECT_EQ(verify(version, signatures).error(), RosterFault::not_an_owner);
  signatures = both(version.head);
  signatures[0].signature = key('a').sign(version.head.bytes());  // without the tag
  EXPECT_EQ(verify(version, signatures).error(), RosterFault::bad_signature);
}

TEST(Roster, RefusesEntriesThatAreNotInTheTree) {
  const Version version = genesis();
  Version fewer = version;
  fewer.entries.pop_back();
  EXPECT_EQ(verify(fewer, both(fewer.head)).error(), RosterFault::wrong_tree);
  Version changed = version;
  changed.entries[0].groups = {"legal"};
  EXPECT_EQ(verify(changed, both(changed.head)).error(), RosterFault::wrong_tree);
}

TEST(Roster, RefusesAHistoryThatDoesNotContinue) {
  const Version first = genesis();
  const auto refused = [&first](auto change) {
    Version next = second(first);
    change(next.head);
    const auto result = verify(next, both(next.head), &first.head);
    return !result && result.error() == RosterFault::wrong_previous;
  };
  EXPECT_TRUE(refused([](RosterHead& head) { head.version = 3; }));
  EXPECT_TRUE(refused([](RosterHead& head) { head.prev = crypto::sha256("other"); }));
  EXPECT_TRUE(refused([](RosterHead& head) { head.origin = "log.example/p/2"; }));
  EXPECT_TRUE(refused([](RosterHead& head) { head.time = head.time + -1001; }));
  EXPECT_FALSE(refused([](RosterHead& head) { head.time = head.time + -1000; }));
  const Version next = second(first);
  EXPECT_EQ(verify(next, both(next.head)).error(), RosterFault::wrong_previous);
  EXPECT_EQ(verify(first, both(first.head), &first.head).error(), RosterFault::wrong_previous);
}

TEST(Roster, StaysATestOrADemoForEver) {
  for (const char* mark : {"test", "demo"}) {
    Version first = genesis();
    first.head.marks = {mark};
    Version next = second(first);
    next.head.prev = first.head.sha256();
    EXPECT_TRUE(verify(next, both(next.head), &first.head));
    next.head.marks = {"self_enrolled"};
    EXPECT_EQ(verify(next, both(next.head), &first.head).error(), RosterFault::wrong_previous);
  }
}

TEST(Roster, RefusesOneKeyForTwoPeople) {
  Version version = genesis();
  version.entries[1].spki = version.entries[0].spki;
  version.seal();
  EXPECT_EQ(verify(version, both(version.head)).error(), RosterFault::malformed);
}

TEST(Roster, ListsAMemberWithoutAKeyOnceAndInNoOtherEntry) {
  Version version = genesis();
  version.entries.push_back(without_key("mem_3"));
  version.entries.push_back(without_key("mem_4"));
  version.seal();
  EXPECT_TRUE(verify(version, both(version.head)));
  version.entries.back().member = "mem_3";
  version.seal();
  EXPECT_EQ(verify(version, both(version.head)).error(), RosterFault::malformed);
  version.entries.back().member = "mem_1";
  version.seal();
  EXPECT_EQ(verify(version, both(version.head)).error(), RosterFault::malformed);
}

TEST(Roster, RefusesWhatIsNoHeadOrNoEntry) {
  Version version = genesis();
  EXPECT_EQ(verify_roster("{}", {}, {}, nullptr).error(), RosterFault::malformed);
  version.entries[0].salt.clear();
  EXPECT_EQ(verify(version, both(version.head)).error(), RosterFault::malformed);
}

TEST(Roster, NamesItsFaults) {
  EXPECT_EQ(to_string(RosterFault::malformed), "malformed");
  EXPECT_EQ(to_string(RosterFault::wrong_tree), "wrong_tree");
  EXPECT_EQ(to_string(RosterFault::wrong_previous), "wrong_previous");
  EXPECT_EQ(to_string(RosterFault::too_few_signatures), "too_few_signatures");
  EXPECT_EQ(to_string(RosterFault::bad_signature), "bad_signature");
  EXPECT_EQ(to_string(RosterFault::not_an_owner), "not_an_owner");
}

}  // namespace
}  // namespace lp::evidence
