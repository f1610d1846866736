#include "core/content_keys.h"

#include <gtest/gtest.h>

#include "core/rosters_testing.h"
#include "json/write.h"

namespace lp::core {
namespace {

constexpr const char* kid = "31e9e43f19195b15";

// The owner's device and another reviewer's, both with a key to wrap for.
struct Keyed : Rosters {
  crypto::P256Key ephemeral = crypto::P256Key::generate();
  std::string own = evidence::key_id(approver.spki());

  Keyed() { EXPECT_TRUE(announce(approver)); }

  std::expected<KeepWrapKey::Result, Refused> announce(
      const crypto::P256Key& device, const crypto::P256Key& wrap = crypto::P256Key::generate()) {
    const std::string id = evidence::key_id(device.spki());
    return engine->run(
        KeepWrapKey{.device = id,
                    .spki = wrap.spki(),
                    .signature = device.sign(seal::wrap_key_signing_bytes(id, wrap.spki()))});
  }
  seal::WrappedKey terms(const std::string& to, std::uint64_t epoch = 1) {
    return {.kid = kid,
            .epoch = epoch,
            .origin = view().row.origin,
            .from = own,
            .to = to,
            .roster_sha256 = *view().row.roster_sha256,
            .epk = ephemeral.spki(),
            .iv = std::string(12, 'i'),
            .ct = std::string(48, 'c')};
  }
  HandOverKey::Wrap wrapped(const seal::WrappedKey& key) {
    auto value = json::Value::object();
    value.add("kid", key.kid)
        .add("epoch", key.epoch)
        .add("origin", key.origin)
        .add("from", key.from)
        .add("to", key.to)
        .add("roster_sha256", key.roster_sha256.hex())
        .add("epk", base64(key.epk))
        .add("iv", base64(key.iv))
        .add("ct", base64(key.ct));
    const std::string document = json::canonical(value);
    return {.key = key,
            .document = document,
            .signature = approver.sign(seal::wrap_signing_bytes(document))};
  }
  std::expected<HandOverKey::Result, Refused> hand_over(std::vector<HandOverKey::Wrap> wraps,
                                                        const std::string& named = kid) {
    return engine->run(
        HandOverKey{.project = project, .kid = named, .from = own, .wraps = std::move(wraps)});
  }
  Fault refused(const seal::WrappedKey& key) {
    const auto done = hand_over({wrapped(key)});
    EXPECT_FALSE(done.has_value());
    return done ? Fault::unknown : done.error().fault;
  }
  std::vector<store::WrappedKey> held() { return *engine->reader().wrapped_keys(); }
};

TEST(ContentKeys, AreKeptByTheirIdsAndHoldersInEpochs) {
  Keyed house;
  EXPECT_EQ(house.hand_over({house.wrapped(house.terms(house.own))})->epoch, 1U);
  auto next = house.terms(house.own, 2);
  next.kid = "00000000000000aa";
  EXPECT_EQ(house.hand_over({house.wrapped(next)}, next.kid)->epoch, 2U);
  ASSERT_EQ(house.held().size(), 2U);
  EXPECT_EQ(house.held()[0].device, house.own);
  EXPECT_EQ(house.held()[0].member, house.member);
  EXPECT_TRUE(house.engine->run(RetireContentKey{.project = house.project, .kid = kid}));
  EXPECT_EQ(house.engine->run(RetireContentKey{.project = house.project, .kid = kid}).error().fault,
            Fault::already_revoked);
  EXPECT_TRUE(house.engine->run(NoteRecoverySheet{.project = house.project, .kid = next.kid}));
  const auto keys = *house.engine->reader().content_keys();
  EXPECT_TRUE(keys[0].sheet_checked && !keys[0].retired);
  EXPECT_TRUE(keys[1].retired && !keys[1].sheet_checked);
  EXPECT_TRUE(
      house.engine->run(DropContentKey{.project = house.project, .kid = kid, .device = house.own}));
  EXPECT_EQ(house.held().size(), 1U);
}

TEST(ContentKeys, AreHandedOverAsTheReceivingDeviceWouldTakeThem) {
  Keyed house;
  const auto with = [&](auto change) {
    auto terms = house.terms(house.own);
    change(terms);
    return house.refused(terms);
  };
  EXPECT_EQ(with([](auto& it) { it.kid = "00000000000000aa"; }), Fault::bad_core);
  EXPECT_EQ(with([](auto& it) { it.from = std::string(64, 'a'); }), Fault::bad_core);
  EXPECT_EQ(with([](auto& it) { it.origin += "x"; }), Fault::bad_core);
  EXPECT_EQ(with([](auto& it) { it.epk = std::string(91, 'e'); }), Fault::bad_core);
  EXPECT_EQ(with([](auto& it) { it.epoch = 2; }), Fault::stale);
  EXPECT_EQ(with([](auto& it) { it.roster_sha256 = crypto::sha256("another"); }), Fault::stale);
  EXPECT_EQ(with([](auto& it) { it.to = std::string(64, 'b'); }), Fault::stale);
  auto wrap = house.wrapped(house.terms(house.own));
  EXPECT_EQ(house.hand_over({wrap, wrap}).error().fault, Fault::bad_core);
  EXPECT_EQ(house.hand_over({}).error().fault, Fault::bad_core);
  wrap.signature = house.approver.sign(wrap.document);
  EXPECT_EQ(house.hand_over({wrap}).error().fault, Fault::bad_signature);
  EXPECT_TRUE(house.held().empty());
}

TEST(ContentKeys, AreForDevicesOfTheRosterThatHaveSaidTheirKey) {
  Keyed house;
  const auto bob = crypto::P256Key::generate();
  EXPECT_EQ(house.announce(bob).error().fault, Fault::unknown);
  const auto done = house.engine->run(HandOverKey{
      .project = house.project, .kid = kid, .from = evidence::key_id(bob.spki()), .wraps = {}});
  EXPECT_EQ(done.error().fault, Fault::not_permitted);
}

TEST(ContentKeys, GoWithTheRosterEntryOfTheirDevice) {
  Keyed house;
  const auto before = house.entries();
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob())));
  const std::string bobs = evidence::key_id(house.second.spki());
  EXPECT_EQ(house.refused(house.terms(bobs)), Fault::stale);
  ASSERT_TRUE(house.announce(house.second));
  ASSERT_TRUE(house.hand_over({house.wrapped(house.terms(bobs))}));
  EXPECT_EQ(house.held().size(), 1U);
  ASSERT_TRUE(house.engine->run(house.next(before)));
  EXPECT_TRUE(house.held().empty());
  EXPECT_EQ(house.engine->reader().wrap_keys()->size(), 1U);
}

TEST(ContentKeys, AreNotForWhoReadsNoPayloads) {
  Keyed house;
  ASSERT_TRUE(house.engine->run(house.next(house.with_bob({"auditor"}))));
  ASSERT_TRUE(house.announce(house.second));
  EXPECT_EQ(house.refused(house.terms(evidence::key_id(house.second.spki()))), Fault::stale);
}

TEST(ContentKeys, GoFromADeviceWhoseWrapKeyIsAnother) {
  Keyed house;
  const auto wrap = crypto::P256Key::generate();
  EXPECT_TRUE(house.announce(house.approver, wrap));
  EXPECT_TRUE(house.hand_over({house.wrapped(house.terms(house.own))}));
  EXPECT_TRUE(house.announce(house.approver, wrap));
  EXPECT_EQ(house.held().size(), 1U);
  EXPECT_TRUE(house.announce(house.approver));
  EXPECT_TRUE(house.held().empty());
  EXPECT_EQ(
      house.engine
          ->run(KeepWrapKey{
              .device = house.own, .spki = wrap.spki(), .signature = house.approver.sign("x")})
          .error()
          .fault,
      Fault::bad_signature);
  EXPECT_EQ(house.engine->run(KeepWrapKey{.device = house.own, .spki = "x", .signature = {}})
                .error()
                .fault,
            Fault::bad_core);
}

TEST(KeyCopies, AreAFewOfEachMember) {
  Keyed house;
  std::string id;
  for (int i = 0; i < 10; ++i) {
    const auto kept = house.engine->run(
        KeepKeyCopy{.member = house.member, .kind = "passphrase", .document = "{}"});
    ASSERT_TRUE(kept.has_value());
    id = kept->id;
  }
  const KeepKeyCopy more{.member = house.member, .kind = "passkey", .document = "{}"};
  EXPECT_EQ(house.engine->run(more).error().fault, Fault::key_limit);
  EXPECT_EQ(house.engine->run(RemoveKeyCopy{.member = "mem_other", .id = id}).error().fault,
            Fault::unknown);
  EXPECT_TRUE(house.engine->run(RemoveKeyCopy{.member = house.member, .id = id}));
  EXPECT_EQ(house.engine->reader().key_copies(house.member)->size(), 9U);
}

}  // namespace
}  // namespace lp::core
