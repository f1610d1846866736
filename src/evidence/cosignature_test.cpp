#include "evidence/cosignature.h"

#include <gtest/gtest.h>

#include "crypto/p256.h"

namespace lp::evidence {
namespace {

constexpr std::string_view origin = "log.example/p/00112233445566778899aabbccddeeff";

RosterEntry entry_of(std::string member, std::string spki) {
  RosterEntry entry;
  entry.salt = std::string(32, 4);
  entry.member = std::move(member);
  entry.roles = {"owner", "reviewer"};
  entry.key_class = "device";
  entry.spki = std::move(spki);
  return entry;
}

struct People {
  crypto::P256Key ann = crypto::P256Key::generate(), bob = crypto::P256Key::generate();
  RosterEntry anns = entry_of("mem_ann", ann.spki()), bobs = entry_of("mem_bob", bob.spki());

  // Ann's word for an entry, in the name of `member`.
  Cosignature by_ann(const RosterEntry& entry, std::string member = "mem_ann",
                     std::string_view of = origin) const {
    return {member, ann.spki(), ann.sign(cosignature_bytes(of, entry, member))};
  }
  RosterEntry cosigned(const Cosignature& by) const {
    RosterEntry entry = bobs;
    add_cosignature(entry, by);
    return entry;
  }
};

TEST(Cosignature, HoldsForItsEntryInItsLogWhateverElseIsCosigned) {
  const People people;
  RosterEntry entry = people.cosigned(people.by_ann(people.bobs));
  EXPECT_TRUE(cosignatures_hold(entry, origin));
  EXPECT_EQ(RosterEntry::parse(entry.bytes())->bytes(), entry.bytes());
  const auto cleo = crypto::P256Key::generate();
  const auto signature = cleo.sign(cosignature_bytes(origin, entry, "mem_cleo"));
  add_cosignature(entry, {"mem_cleo", cleo.spki(), signature});
  EXPECT_TRUE(cosignatures_hold(entry, origin));
  EXPECT_EQ(without_cosignatures({entry}).front().bytes(), people.bobs.bytes());
}

TEST(Cosignature, IsOfNoOtherEntryNameOrLog) {
  const People people;
  const auto fails = [](const RosterEntry& entry) { return !cosignatures_hold(entry, origin); };
  EXPECT_TRUE(fails(people.cosigned(people.by_ann(people.bobs, "mem_ann", "log.example/p/00"))));
  EXPECT_TRUE(fails(people.cosigned(people.by_ann(people.anns))));
  Cosignature renamed = people.by_ann(people.bobs);
  renamed.member = "mem_cleo";
  EXPECT_TRUE(fails(people.cosigned(renamed)));
  for (const auto change : {+[](RosterEntry& entry) { entry.roles = {"reviewer"}; },
                            +[](RosterEntry& entry) { entry.groups = {"finance"}; },
                            +[](RosterEntry& entry) { entry.salt[0] = 5; },
                            +[](RosterEntry& entry) { entry.member = "mem_eve"; },
                            +[](RosterEntry& entry) { entry.spki.back() ^= 1; }}) {
    RosterEntry entry = people.cosigned(people.by_ann(people.bobs));
    change(entry);
    EXPECT_TRUE(fails(entry));
  }
}

TEST(Cosignature, IsReadStrictly) {
  const People people;
  const auto reads = [&](std::vector<json::Value> cosigned) {
    RosterEntry entry = people.bobs;
    entry.cosigned = std::move(cosigned);
    return read_cosignatures(entry).has_value();
  };
  const auto good = people.by_ann(people.bobs).to_json();
  EXPECT_TRUE(reads({}));
  EXPECT_TRUE(reads({good}));
  EXPECT_FALSE(reads({good, good}));
  EXPECT_FALSE(reads({json::Value::object()}));
  EXPECT_FALSE(reads({json::Value(1)}));
  EXPECT_FALSE(reads({json::Value(good).add("note", "x")}));
  EXPECT_FALSE(reads({people.by_ann(people.bobs, "mem_bob").to_json()})) << "their own member";
  const Cosignature own{"mem_ann", people.bob.spki(), "s"};
  EXPECT_FALSE(reads({own.to_json()})) << "their own key";
  std::vector<json::Value> many;
  for (char at = 0; at < 17; ++at) {
    const std::string key(1, static_cast<char>('a' + at));
    many.push_back(Cosignature{"mem_ann", key, "s"}.to_json());
  }
  EXPECT_FALSE(reads(many));
  many.pop_back();
  EXPECT_TRUE(reads(many));
  std::swap(many.front(), many.back());
  EXPECT_FALSE(reads(many));
  RosterEntry keyless = people.bobs;
  keyless.key_class = "none";
  keyless.spki.clear();
  keyless.cosigned = {good};
  EXPECT_FALSE(read_cosignatures(keyless));
}

TEST(Cosignature, IsOfWhoOwnsThatVersionOrOneBefore) {
  const People people;
  RosterHead one, two;
  one.owners = {people.ann.spki()};
  two.owners = {people.bob.spki()};
  const std::vector<RosterEntry> before{people.anns};
  const std::vector<RosterEntry> after{people.cosigned(people.by_ann(people.bobs))};
  Owners owners;
  EXPECT_TRUE(owners.follow(one, before));
  EXPECT_TRUE(owners.follow(two, after)) << "Ann is gone, and her word stands";
  EXPECT_FALSE(Owners().follow(two, after));
  Owners as_another;
  EXPECT_TRUE(as_another.follow(one, before));
  EXPECT_FALSE(as_another.follow(two, {people.cosigned(people.by_ann(people.bobs, "mem_cleo"))}));
}

}  // namespace
}  // namespace lp::evidence
