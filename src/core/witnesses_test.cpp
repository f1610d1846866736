#include <gtest/gtest.h>

#include "core/root_log.h"
#include "core/testing.h"
#include "core/witnesses_ahead.h"

namespace lp::core {
namespace {

std::string vkey(char fill) {
  return tlog::CosignerKey::make("w.example",
                                 crypto::Ed25519Key::from_seed(std::string(32, fill)).public_key())
      .to_string();
}

std::string policy(char fill) {
  return "witness w " + vkey(fill) + " https://w.example/\nquorum w\n";
}

std::string origin_of(House& house) {
  return house.engine->directory()->project(house.project)->row.origin;
}

bool note_ahead(House& house, const std::string& origin, const std::string& witness) {
  const auto noted = house.engine->run(NoteWitnessAhead{.origin = origin, .witness = witness});
  return noted && noted->noted;
}

TEST(WitnessesAhead, StopTheLogAndLeaveItReadable) {
  House house;
  const std::string request = house.asked();
  ASSERT_TRUE(note_ahead(house, origin_of(house), vkey('a')));
  EXPECT_FALSE(note_ahead(house, origin_of(house), vkey('b')));  // it stands still already
  const auto asked = house.engine->run(house.ask());
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().fault, Fault::log_frozen);
  const auto decided = house.decide(house.consider(request, evidence::Verdict::approve));
  ASSERT_FALSE(decided.has_value());
  EXPECT_EQ(decided.error().fault, Fault::log_frozen);
  EXPECT_EQ(house.state(request), approval::State::pending);
}

TEST(WitnessesAhead, AreRememberedAfterARestart) {
  House house;
  const std::string request = house.asked();
  ASSERT_TRUE(note_ahead(house, origin_of(house), vkey('a')));
  house.close();
  house.open();
  EXPECT_FALSE(house.engine->run(house.ask()).has_value());
  EXPECT_EQ(house.state(request), approval::State::pending);
  EXPECT_NE(house.engine->directory()->project(house.project)->live->checkpoint.load(), nullptr);
}

TEST(WitnessesAhead, HoldNothingUpOnceTheyAreNoLongerAsked) {
  House house;
  ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = policy('a')}).has_value());
  ASSERT_TRUE(note_ahead(house, origin_of(house), vkey('a')));
  house.close();
  house.open();
  // The same policy again, as at every start, forgets nothing.
  EXPECT_FALSE(house.engine->run(SetWitnessPolicy{.policy = policy('a')})->changed);
  EXPECT_FALSE(house.engine->run(house.ask()).has_value());
  const auto size = house.engine->directory()->project(house.project)->live->signed_size.load();
  EXPECT_TRUE(house.engine->run(SetWitnessPolicy{.policy = policy('b')})->changed);
  const auto leaf = *house.engine->reader().leaf(house.project, size);
  EXPECT_EQ(leaf->type, evidence::EventType::witness_changed);
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
  EXPECT_EQ(house.engine->directory()->witness_ahead, "");
}

TEST(WitnessesAhead, StopTheRootLogAlone) {
  House house;
  const std::string root = RootLog::origin_of(house.engine->directory()->log_name, "");
  ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = policy('a')}).has_value());
  const auto round = [&] {
    house.clock.advance_ms(1'000);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(house.engine->run(AcceptClock{}).has_value());
  };
  round();
  ASSERT_TRUE(note_ahead(house, root, vkey('a')));
  const std::uint64_t before = *house.engine->reader().anchor_count();
  EXPECT_TRUE(house.engine->run(house.ask()).has_value());
  round();
  EXPECT_EQ(*house.engine->reader().anchor_count(), before);
  ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = ""}).has_value());
  round();
  EXPECT_EQ(*house.engine->reader().anchor_count(), before + 1);
}

TEST(WitnessesAhead, OfALogThatThereIsNotAreRefused) {
  House house;
  EXPECT_FALSE(house.engine->run(NoteWitnessAhead{.origin = "x", .witness = vkey('a')}));
}

// Whoever writes to the database cannot make the server forget, or ask somebody else.
TEST(WitnessesAhead, AndThePolicyAreUnderTheSealOfTheDirectory) {
  for (const char* change : {"DELETE FROM setting WHERE name = 'witness.ahead'",
                             "UPDATE setting SET value = '' WHERE name = 'witness.ahead'",
                             "UPDATE setting SET value = '' WHERE name = 'witness.policy'"}) {
    House house;
    ASSERT_TRUE(house.engine->run(SetWitnessPolicy{.policy = policy('a')}).has_value());
    ASSERT_TRUE(note_ahead(house, origin_of(house), vkey('a')));
    house.close();
    house.edit_database(change);
    EXPECT_FALSE(house.try_open().has_value()) << change;
  }
}

TEST(KeepCosigned, IsShownAfterARestartOnlyAsItWasWritten) {
  for (const bool changed : {false, true}) {
    House house;
    const auto& live = house.engine->directory()->project(house.project)->live;
    const std::string note = *live->checkpoint.load() + "— w.example AAAAAAA=\n";
    const std::uint64_t size = live->signed_size;
    ASSERT_TRUE(
        house.engine
            ->run(KeepCosigned{
                .head = {.origin = origin_of(house), .size = size, .note = note, .mac = {}}})
            .has_value());
    house.close();
    if (changed) house.edit_database("UPDATE cosigned_head SET size = size - 1");
    house.open();
    const auto kept = house.engine->directory()->project(house.project)->live->cosigned.load();
    if (changed) {
      EXPECT_EQ(kept, nullptr);
    } else {
      ASSERT_NE(kept, nullptr);
      EXPECT_EQ(*kept, note);
    }
  }
}

}  // namespace
}  // namespace lp::core
