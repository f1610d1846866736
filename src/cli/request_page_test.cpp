#include "cli/request_page.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "json/write.h"

namespace lp::cli {
namespace {

seal::ContentKey content_key(char seed = 'k') {
  return seal::ContentKey(Secret(std::string(32, seed)));
}

// A request as the server shows it; `text` stands wherever an agent may write.
json::Value detail(const std::string& payload, const std::string& text = "x") {
  SeededEntropy entropy;
  auto agent = json::Value::object();
  agent.add("id", "key_1").add("name", text).add("kind", "api_key").add("strength", "none");
  auto waiting = json::Value::object();
  waiting.add("state", "gone").add("at", "2026-03-01T12:00:00.000Z");
  auto facts = json::Value::object();
  facts.add(text, text);
  auto value = json::Value::object();
  value.add("id", "req_1")
      .add("project_name", "default")
      .add("version", 1)
      .add("state", "pending")
      .add("level", "high")
      .add("service", text)
      .add("action", text)
      .add("agent", std::move(agent))
      .add("environment", text)
      .add("role", text)
      .add("trace_id", text)
      .add("waiting", std::move(waiting))
      .add("marks", json::Value::array({"test", "unbound_payload"}))
      .add("payload_kind", "v1")
      .add("payload", json::compact(content_key().seal_v1(payload, entropy)))
      .add("facts", json::compact(facts));
  return value;
}

bool has(const std::string& page, std::string_view text) {
  return page.find(text) != std::string::npos;
}

TEST(RequestPage, ListsTheFilesThatThePayloadNames) {
  const std::string hash(64, 'a'), salt = base64(std::string(32, 's'));
  const std::string payload = R"({"_lp_attachments":[{"id":"a1","name":"in\u202evoice.pdf",)"
                              R"("type":"application/pdf","size":5,"sha256":")" +
                              hash + R"(","salt":")" + salt + R"("}]})";
  const auto with_file = [&](std::int64_t size, std::int64_t missing) {
    auto file = json::Value::object();
    file.add("id", "a1").add("size", size).add("pieces", 1).add("missing", missing);
    json::Value shown = detail(payload);
    shown.add("attachments", json::Value::array({file}));
    return request_page(shown, content_key());
  };
  const std::string page = with_file(21, 0);
  EXPECT_TRUE(has(page, "Attachments\n  a1  in")) << page;
  EXPECT_TRUE(has(page, "voice.pdf  application/pdf (5 bytes), SHA-256 " + hash + "\n")) << page;
  EXPECT_FALSE(has(page, "\u202e"));
  EXPECT_TRUE(has(with_file(21, 1), "(not here completely)"));
  EXPECT_TRUE(has(with_file(22, 0), "  ! The payload names in"));
  // What the agent has announced and the payload does not name, and the other way round.
  EXPECT_TRUE(has(request_page(detail(payload), content_key()), "  ! The payload names in"));
  EXPECT_FALSE(has(request_page(detail(R"({"a":1})"), content_key()), "Attachments"));
}

TEST(RequestPage, ShowsEveryValueInItsSourceText) {
  const std::string payload =
      R"({"amount": 1.50, "ids": [12345678901234567890, -0], "a/b": {}, "ok": [], "n": null})";
  const std::string page = request_page(detail(payload), content_key());
  EXPECT_TRUE(has(page, "  /amount = 1.50\n")) << page;
  EXPECT_TRUE(has(page, "  /ids/0 = 12345678901234567890   (many programs round this number)\n"));
  EXPECT_TRUE(has(page, "  /ids/1 = -0   (many programs round this number)\n"));
  EXPECT_TRUE(has(page, "  /a~1b = {}\n"));
  EXPECT_TRUE(has(page, "  /ok = []\n"));
  EXPECT_TRUE(has(page, "  /n = null\n"));
}

TEST(RequestPage, SparesAReaderTheRestOfALongValueAndSaysHowMuchItIs) {
  const std::string payload = R"({"blob":")" + std::string(3'000'000, 'x') + R"(","last":1})";
  const std::string page = request_page(detail(payload), content_key(), Extent::beginnings);
  EXPECT_LT(page.size(), 10'000U);
  // The quotes are part of the source text.
  EXPECT_TRUE(has(page, "xxx… (2998002 characters not shown; --full or --json shows them)\n"));
  EXPECT_TRUE(has(page, "  /last = 1\n"));
  EXPECT_GT(request_page(detail(payload), content_key()).size(), 3'000'000U);
}

TEST(RequestPage, CountsCharactersAndNotBytesOfALongValue) {
  std::string text = "\"";
  for (int i = 0; i < 1'999; ++i) text += "ß";
  EXPECT_FALSE(has(value_lines(text, Extent::beginnings), "not shown"));
  EXPECT_TRUE(has(value_lines(text + "ß\"", Extent::beginnings), "ß… (2 characters not shown"));
}

TEST(RequestPage, SaysWhoAsksHowMuchReviewAndWhatIsUnusual) {
  const std::string page = request_page(detail("{}", "refund"), content_key());
  EXPECT_TRUE(has(page, "Level       HIGH: ")) << page;
  EXPECT_TRUE(has(page, "refund (API key key_1), its name is not proven"));
  EXPECT_TRUE(has(page, "the agent stopped waiting at 2026-03-01T12:00:00.000Z"));
  EXPECT_TRUE(has(page, "test: test data"));
  EXPECT_TRUE(has(page, "unbound_payload: the payload is bound"));
  EXPECT_TRUE(has(page, "  /refund = \"refund\"\n"));
}

TEST(RequestPage, NamesEveryLevelAndTheHighOnesInWords) {
  EXPECT_EQ(level_words("medium"), "medium");
  EXPECT_TRUE(has(level_words("high"), "harm"));
  EXPECT_TRUE(has(level_words("critical"), "great harm"));
}

TEST(RequestPage, ShowsAnEditBesideWhatWasAsked) {
  SeededEntropy entropy;
  json::Value edited = json::Value::object();
  edited.add("payload", json::compact(content_key().seal_v1(R"({"amount":1})", entropy)));
  json::Value value = detail(R"({"amount":100})");
  value.add("edited", std::move(edited));
  const std::string page = request_page(value, content_key());
  EXPECT_TRUE(has(page, "/amount = 100\n")) << page;
  EXPECT_TRUE(has(page, "Edited: this runs instead\n  /amount = 1\n"));
  EXPECT_EQ(read_payload("v1", current_payload(value), content_key()).text, R"({"amount":1})");
}

TEST(Reading, IsClearOnlyOfWhatEveryProgramReadsAlike) {
  EXPECT_TRUE(read_text(R"({"a":1})").clear());
  for (const char* text : {R"({"a":1,"a":2})", R"({"a":"\ud800"})", R"({"a":NaN})", "", "{"}) {
    const Reading reading = read_text(text);
    EXPECT_FALSE(reading.clear()) << text;
    EXPECT_EQ(reading.text, text);
    EXPECT_TRUE(has(reading.problem, "not approved")) << text;
  }
}

TEST(Reading, OfAnEnvelopeNeedsItsKey) {
  const std::string payload(detail("{}").find_string("payload").value());
  EXPECT_TRUE(read_payload("v1", payload, content_key()).clear());
  EXPECT_FALSE(read_payload("v1", payload, std::nullopt).clear());
  EXPECT_FALSE(read_payload("v1", payload, content_key('x')).clear());
  EXPECT_FALSE(read_payload("v1", "{}", content_key()).clear());
  EXPECT_TRUE(read_payload("plain", R"({"a":1})", std::nullopt).clear());
}

// A key cannot pretend to be a value of another one.
TEST(Values, QuoteNamesThatCouldBeMistaken) {
  EXPECT_EQ(value_lines(R"({"amount = 1\n  /to":2})"), "  \"/amount = 1\\n  ~1to\" = 2\n");
}

// R-UNI-04: nothing that a terminal obeys, whatever an agent writes and wherever it stands; nor a
// line that we did not begin.
TEST(RequestPage, SendsNothingToATerminalThatItObeys) {
  const std::string parts[] = {"\x1b[2J",
                               "\x1b]0;title\x07",
                               "\x1b]52;c;aGk=\x07",
                               "\x1b]8;;http://x\x1b\\",
                               "\x1bP1$r\x1b\\",
                               "\x1b_x\x1b\\",
                               "\xc2\x9b"
                               "31m",
                               "\xc2\x9d",
                               "\r",
                               "\n",
                               "\b",
                               "\x7f",
                               "\t",
                               "\v",
                               "\xff",
                               "\xe2\x80\xae",
                               "\xe2\x81\xa6",
                               "a",
                               "\"",
                               "\\",
                               " = "};
  const auto lines_of = [](const std::string& page) {
    return std::count(page.begin(), page.end(), '\n');
  };
  const auto expected = lines_of(request_page(detail(R"({"x":"x"})"), content_key()));
  SeededEntropy entropy(7);
  for (int round = 0; round < 10'000; ++round) {
    std::string text;
    for (std::uint64_t i = 0; i < 1 + entropy.next() % 6; ++i) {
      text += parts[entropy.next() % std::size(parts)];
    }
    auto payload = json::Value::object();
    // What is no UTF-8 is no payload; elsewhere any bytes are tried.
    const std::string readable = is_utf8(text) ? text : "x";
    payload.add(readable, readable);
    const std::string page = request_page(detail(json::compact(payload), text), content_key());
    ASSERT_EQ(lines_of(page), expected) << page;
    for (std::string_view rest = page; !rest.empty();) {
      const auto point = first_code_point(rest);
      ASSERT_TRUE(point.has_value());
      ASSERT_TRUE(point->value == '\n' || point->value >= 0x20) << round;
      ASSERT_FALSE(point->value >= 0x7f && point->value <= 0x9f) << round;
      ASSERT_FALSE(point->value >= 0x2028 && point->value <= 0x202e) << round;
      rest.remove_prefix(point->bytes);
    }
  }
}

}  // namespace
}  // namespace lp::cli
