#include "api/review/pairing.h"

#include <gtest/gtest.h>

#include "api/testing.h"

namespace lp::api {
namespace {

using namespace std::string_view_literals;

// A browser that is signed in, and a device that nobody knows yet.
struct Two {
  Server server;
  Browser browser{server}, phone{server};
  crypto::P256Key key = crypto::P256Key::generate();
  std::string nonce = base64(std::string(32, 'n'));
  std::string id, code, token;

  Two() {
    server.context.limits.attempts = {.count = 0};
    browser.login();
    const net::Reply begun = browser.post("/api/review/pairings", json::Value::object());
    EXPECT_EQ(begun.status, 200) << begun.body;
    id = text_at(body_of(begun), "id");
    code = text_at(body_of(begun), "code");
  }

  std::string reveal() {
    auto said = json::Value::object();
    said.add("nonce", nonce).add("spki", base64(key.spki()));
    return json::canonical(said);
  }
  std::string commitment() { return crypto::sha256({"lp-pair-commit/1\0"sv, reveal()}).hex(); }
  net::Reply claim(const std::string& with) {
    auto body = json::Value::object();
    body.add("code", with).add("commitment", commitment());
    net::Reply reply = phone.post("/api/pairing/claim", body);
    if (reply.status == 200) token = text_at(body_of(reply), "token");
    return reply;
  }
  net::Reply say(const std::string& what, const std::string& text) {
    auto body = json::Value::object();
    body.add("token", token).add("reveal", text);
    return phone.post("/api/pairing/" + what, body);
  }
  json::Value state() { return body_of(say("state", "")); }
  json::Value seen() { return body_of(browser.get("/api/review/pairings/" + id)); }
  net::Reply answer() {
    return browser.post("/api/review/pairings/" + id + "/answer",
                        json::Value::object().add("nonce", nonce));
  }
  net::Reply end(bool agreed) {
    return browser.post("/api/review/pairings/" + id + "/end",
                        json::Value::object().add("agreed", agreed));
  }
};

TEST(Pairing, CarriesEachSidesWordsInTheirOrderAndAsksAnOwner) {
  Two two;
  EXPECT_EQ(text_at(two.seen(), "state"), "open");
  // As people type it, and with what reads like another character.
  ASSERT_EQ(two.claim(" " + two.code.substr(0, 4) + "-" + two.code.substr(4)).status, 200);
  EXPECT_EQ(text_at(two.seen(), "commitment"), two.commitment());
  EXPECT_EQ(reason_in(two.say("reveal", two.reveal())), "pairing_over");
  EXPECT_EQ(reason_in(two.end(true)), "pairing_over");
  ASSERT_EQ(two.answer().status, 200);
  EXPECT_EQ(reason_in(two.answer()), "pairing_over");
  EXPECT_EQ(text_at(two.state(), "nonce"), two.nonce);
  ASSERT_EQ(two.say("reveal", two.reveal()).status, 200);
  EXPECT_EQ(text_at(two.seen(), "reveal"), two.reveal());
  const net::Reply agreed = two.end(true);
  ASSERT_EQ(agreed.status, 200) << agreed.body;
  EXPECT_EQ(text_at(body_of(agreed), "act"), "add_device");
  EXPECT_EQ(text_at(body_of(agreed), "spki"), base64(two.key.spki()));
  EXPECT_EQ(text_at(two.state(), "state"), "agreed");
  EXPECT_FALSE(two.state().find("counted")->as_boolean());
}

TEST(Pairing, WorksOnceAndForTwoMinutes) {
  Two two;
  ASSERT_EQ(two.claim(two.code).status, 200);
  const net::Reply second = two.claim(two.code);
  EXPECT_EQ(second.status, 410);
  EXPECT_EQ(reason_in(second), "pairing_over");
  Two late;
  late.server.house.clock.advance_ms(pairing_code_ms);
  EXPECT_EQ(late.claim(late.code).status, 410);
  EXPECT_EQ(reason_in(late.browser.get("/api/review/pairings/" + late.id)), "pairing_over");
  for (const char* wrong : {"", "UUUUUUUU", "1234567", "123456789", "0000-0000"}) {
    EXPECT_NE(late.claim(wrong).status, 200) << wrong;
  }
}

TEST(Pairing, EndsWhenEitherSideSaysSo) {
  Two two;
  ASSERT_EQ(two.claim(two.code).status, 200);
  ASSERT_EQ(two.answer().status, 200);
  ASSERT_EQ(two.say("reveal", two.reveal()).status, 200);
  ASSERT_EQ(two.end(false).status, 200);
  EXPECT_EQ(reason_in(two.say("state", "")), "pairing_over");
  EXPECT_EQ(reason_in(two.end(true)), "pairing_over");
  Two other;
  ASSERT_EQ(other.claim(other.code).status, 200);
  ASSERT_EQ(other.say("stop", "").status, 200);
  EXPECT_EQ(reason_in(other.answer()), "pairing_over");
}

TEST(Pairing, RevealsNothingButWhatWasCommittedTo) {
  Two two;
  ASSERT_EQ(two.claim(two.code).status, 200);
  ASSERT_EQ(two.answer().status, 200);
  const auto other = crypto::P256Key::generate();
  auto said = json::Value::object();
  said.add("nonce", two.nonce).add("spki", base64(other.spki()));
  EXPECT_EQ(reason_in(two.say("reveal", json::canonical(said))), "pairing_over");
  EXPECT_EQ(reason_in(two.say("reveal", two.reveal() + " ")), "pairing_over");
  EXPECT_EQ(two.say("reveal", two.reveal()).status, 200);
}

TEST(Pairing, IsOfTheBrowserThatBeganIt) {
  Two two;
  Browser stranger{two.server};
  EXPECT_EQ(reason_in(stranger.get("/api/review/pairings/" + two.id)), "no_session");
  EXPECT_EQ(reason_in(two.browser.get("/api/review/pairings/pair_none")), "pairing_over");
  // A second one ends the first.
  const std::string first = two.code;
  ASSERT_EQ(two.browser.post("/api/review/pairings", json::Value::object()).status, 200);
  EXPECT_EQ(two.claim(first).status, 410);
}

TEST(Pairings, AreBounded) {
  Pairings pairings(2);
  crypto::SystemEntropy entropy;
  EXPECT_TRUE(pairings.begin("mem_a", "key_a", 0, entropy));
  EXPECT_TRUE(pairings.begin("mem_b", "key_b", 0, entropy));
  EXPECT_TRUE(pairings.begin("mem_a", "key_a", 0, entropy));
  EXPECT_FALSE(pairings.begin("mem_c", "key_c", 0, entropy));
  EXPECT_TRUE(pairings.begin("mem_c", "key_c", pairing_code_ms, entropy));
}

TEST(Pairings, TakeWhatReadsLikeAnotherCharacterAsThatOne) {
  EXPECT_EQ(plain_pairing_code("k7qf-2m9x"), "K7QF2M9X");
  EXPECT_EQ(plain_pairing_code("oilOIL00"), "01101100");
  EXPECT_EQ(plain_pairing_code("K7QF2M9"), "");
  EXPECT_EQ(plain_pairing_code("K7QF2M9U"), "");
  EXPECT_EQ(plain_pairing_code("K7QF2M9/"), "");
}

}  // namespace
}  // namespace lp::api
