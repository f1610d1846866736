#include "outbound/message.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "outbound/mail.h"

namespace lp::outbound {
namespace {

Message sample() {
  return {.id = "msg_1",
          .event = "request.pending",
          .title = "High: an approval is waiting",
          .lines = {{"Project", "<!channel> & Söhne"}, {"Agent", "billing-bot"}},
          .request = "req_1",
          .project = "proj_1",
          .link = "https://letsping.example/requests/req_1",
          .link_word = "Open review",
          .urgent = true};
}

std::string header(const Delivery& delivery, std::string_view name) {
  for (const auto& [key, value] : delivery.headers) {
    if (key == name) return value;
  }
  return {};
}

json::Value body_of(const Delivery& delivery) {
  auto document = json::parse(delivery.body);
  EXPECT_TRUE(document.has_value()) << delivery.body;
  return document ? document->root : json::Value();
}

std::string at(const json::Value* value, std::string_view name) {
  return std::string(value == nullptr ? "?" : value->find_string(name).value_or("?"));
}

TEST(Message, GoesToSlackAsPlainTextWithOneLink) {
  const auto body = body_of(slack_delivery("https://hooks.example/T/B/x", sample()));
  const auto& blocks = body.find("blocks")->items();
  ASSERT_EQ(blocks.size(), 2U);
  for (const auto& field : blocks[0].find("fields")->items()) {
    EXPECT_EQ(at(&field, "type"), "plain_text");
  }
  EXPECT_EQ(at(&blocks[0].find("fields")->items()[0], "text"), "Project: <!channel> & Söhne");
  const auto& button = blocks[1].find("elements")->items()[0];
  EXPECT_EQ(at(&button, "url"), sample().link);
  EXPECT_EQ(button.find("value"), nullptr);
}

TEST(Message, EscapesSlacksMarkupInTheLineThatItsNotificationsShow) {
  Message message = sample();
  message.title = "<!channel> & co";
  EXPECT_EQ(body_of(slack_delivery("https://hooks.example/", message)).find_string("text"),
            "&lt;!channel&gt; &amp; co");
}

TEST(Message, GoesToTeamsAsACardThatOnlyOpensTheRequest) {
  const auto body = body_of(teams_delivery("https://flow.example/", sample()));
  const auto* card = body.find("attachments")->items()[0].find("content");
  EXPECT_EQ(at(card, "type"), "AdaptiveCard");
  const auto& actions = card->find("actions")->items();
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(at(&actions[0], "type"), "Action.OpenUrl");
  EXPECT_EQ(at(&actions[0], "url"), sample().link);
}

TEST(Message, GoesToNtfyWithNothingInAHeaderThatDoesNotBelongThere) {
  Message message = sample();
  auto delivery = ntfy_delivery("https://ntfy.example/topic", Secret("tk_1"), message);
  EXPECT_EQ(header(delivery, "Title"), message.title);
  EXPECT_EQ(header(delivery, "Click"), message.link);
  EXPECT_EQ(header(delivery, "Priority"), "high");
  EXPECT_EQ(header(delivery, "Authorization"), "Bearer tk_1");
  message.title = "Söhne\r\nX-Evil: 1";
  delivery = ntfy_delivery("https://ntfy.example/topic", {}, message);
  EXPECT_EQ(header(delivery, "Title"), "");
  EXPECT_EQ(header(delivery, "Authorization"), "");
  EXPECT_TRUE(delivery.body.starts_with("Söhne"));
}

TEST(Message, GoesToAWebhookSignedAsDecisionsAre) {
  const auto delivery =
      webhook_delivery("https://hooks.example/", Secret("lp_whk_x"), sample(), {5'000}, 2);
  EXPECT_NE(header(delivery, "X-LetsPing-Signature")
                .find("v1=" + crypto::hmac_sha256("lp_whk_x", delivery.body).hex()),
            std::string::npos);
  const auto body = body_of(delivery);
  EXPECT_EQ(body.find_string("event"), "request.pending");
  EXPECT_EQ(body.find_string("webhook_id"), header(delivery, "webhook-id"));
  EXPECT_EQ(body.find_integer("attempt"), 2);
  EXPECT_EQ(at(body.find("says"), "Agent"), "billing-bot");
}

std::string decoded_body(const std::string& mail) {
  std::string encoded;
  for (const char c : mail.substr(mail.find("\r\n\r\n") + 4)) {
    if (c != '\r' && c != '\n') encoded += c;
  }
  return from_base64(encoded).value_or("?");
}

TEST(Mail, IsPlainTextWithHeadersThatNobodyCanAddTo) {
  Message message = sample();
  message.title = "Söhne\r\nBcc: evil@example.org";
  const MailServer server{.url = "smtps://mail.example:465",
                          .from = "letsping@example.org",
                          .user = "u",
                          .password = {}};
  const auto delivery = mail_delivery(server, "ada@example.org", message, {1'772'366'400'000});
  const std::string head = delivery.body.substr(0, delivery.body.find("\r\n\r\n"));
  EXPECT_EQ(head.find("Bcc"), std::string::npos);
  EXPECT_NE(head.find("\r\nSubject: =?utf-8?B?"), std::string::npos);
  EXPECT_NE(head.find("\r\nDate: Sun, 01 Mar 2026 12:00:00 +0000"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nMessage-ID: <msg_1@example.org>"), std::string::npos);
  EXPECT_EQ(decoded_body(delivery.body), plain_text(message));
  ASSERT_TRUE(delivery.mail.has_value());
  EXPECT_EQ(delivery.mail->from, "letsping@example.org");
  EXPECT_EQ(delivery.mail->to, "ada@example.org");
}

TEST(Mail, KeepsEachEncodedWordWithinItsLengthAndWholeCharacters) {
  Message message = sample();
  message.title.clear();
  for (int i = 0; i < 60; ++i) message.title += "ö€";
  const auto delivery = mail_delivery(
      {.url = "smtp://m", .from = "a@b.c", .user = {}, .password = {}}, "d@e.f", message, {});
  const std::size_t begin = delivery.body.find("Subject: ") + 9;
  std::string subject = delivery.body.substr(begin, delivery.body.find("\r\nDate") - begin);
  std::string decoded;
  while (!subject.empty()) {
    const std::string word = subject.substr(0, subject.find("\r\n "));
    subject.erase(0, word.size() + 3);
    EXPECT_LE(word.size(), 75U);
    const auto part = from_base64(word.substr(10, word.size() - 12));
    ASSERT_TRUE(part.has_value()) << word;
    EXPECT_TRUE(is_utf8(*part));
    decoded += *part;
  }
  EXPECT_EQ(decoded, message.title);
}

TEST(Mail, TakesAddressesThatAreNothingButOne) {
  EXPECT_TRUE(is_mail_address("ada.l+ops@mail.example.org"));
  for (const char* wrong :
       {"", "ada", "@example.org", "ada@", "ada@.org", "Ada <ada@example.org>", "a b@example.org",
        "a@example.org,b@example.org", "a@example.org\r\n", "a@b@example.org", "ä@example.org"}) {
    EXPECT_FALSE(is_mail_address(wrong)) << wrong;
  }
}

TEST(Mail, KnowsWhereItsServerIs) {
  EXPECT_EQ(mail_place("smtps://mail.example"), "mail.example:465");
  EXPECT_EQ(mail_place("smtp://mail.example:587"), "mail.example:587");
  EXPECT_EQ(mail_place("smtp://[::1]:2525/"), "[::1]:2525");
  for (const char* wrong :
       {"mail.example", "http://mail.example", "smtp://", "smtp://u@mail", "smtp://mail/x"}) {
    EXPECT_FALSE(mail_place(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace lp::outbound
