#include "seal/attachment.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"
#include "seal/content_key.h"

namespace lp::seal {
namespace {

constexpr std::uint64_t mib = attachment_piece_bytes;

json::Value parsed(const std::string& text) {
  const auto document = json::parse(text);
  EXPECT_TRUE(document.has_value()) << text;
  return document->root;
}

const std::string salt64 = base64(std::string(32, 's'));
const std::string hash64(64, 'a');

// One entry of a payload's list, with `change` in place of what begins with its first name.
std::string entry(const std::string& name = "", const std::string& value = "") {
  std::string text = "{";
  const std::pair<std::string, std::string> members[] = {{"id", R"("a1")"},
                                                         {"name", R"("invoice.pdf")"},
                                                         {"type", R"("application/pdf")"},
                                                         {"size", "5"},
                                                         {"sha256", '"' + hash64 + '"'},
                                                         {"salt", '"' + salt64 + '"'}};
  for (const auto& [key, usual] : members) {
    const std::string& said = key == name ? value : usual;
    if (said.empty()) continue;
    text += (text.size() == 1 ? "\"" : ",\"") + key + "\":" + said;
  }
  return text + "}";
}

auto listed(const std::string& items, bool sealed = true) {
  return listed_attachments(parsed(R"({"_lp_attachments":)" + items + "}"), sealed);
}

TEST(Attachment, HasAsManyPiecesAsItTakes) {
  EXPECT_EQ(attachment_pieces(0), 1U);
  EXPECT_EQ(attachment_pieces(1), 1U);
  EXPECT_EQ(attachment_pieces(mib), 1U);
  EXPECT_EQ(attachment_pieces(mib + 1), 2U);
  EXPECT_EQ(attachment_piece_size(mib + 1, 0), mib);
  EXPECT_EQ(attachment_piece_size(mib + 1, 1), 1U);
  EXPECT_EQ(sealed_attachment_size(mib + 1), mib + 33);
  EXPECT_EQ(uploaded_pieces(0, false), 1U);
  EXPECT_EQ(uploaded_pieces(mib + 33, true), 2U);
  EXPECT_EQ(uploaded_pieces(mib + 16, true), 1U);
  const DeclaredAttachment two{.id = "a1", .size = mib + 33, .pieces = {Digest{}, Digest{}}};
  EXPECT_EQ(uploaded_piece_size(two, 0, true), mib + 16);
  EXPECT_EQ(uploaded_piece_size(two, 1, true), 17U);
  EXPECT_EQ(uploaded_piece_size({.id = "a1", .size = 7, .pieces = {Digest{}}}, 0, false), 7U);
}

TEST(Attachment, IsNamedByShortLowerCase) {
  for (const char* good : {"a", "a1", "0", "abcdefghijklmnopqrstuvwxyz012345"}) {
    EXPECT_TRUE(is_attachment_id(good)) << good;
  }
  for (const char* bad : {"", "A", "a_1", "a-1", "{", "/", ":", "`", "a b",
                          "abcdefghijklmnopqrstuvwxyz0123456"}) {
    EXPECT_FALSE(is_attachment_id(bad)) << bad;
  }
}

TEST(Attachment, IsReadBackAsItWasDeclared) {
  const DeclaredAttachment one{
      .id = "a1", .size = 21, .pieces = {*Digest::from_hex(std::string(64, 'b'))}};
  EXPECT_EQ(DeclaredAttachment::from_json(one.to_json()), one);
  for (const char* wrong :
       {R"([])", R"({})", R"({"id":"A","size":1,"pieces":[]})", R"({"id":"a","pieces":[]})",
        R"({"id":"a","size":-1,"pieces":[]})", R"({"id":"a","size":1})",
        R"({"id":"a","size":1,"pieces":{}})", R"({"id":"a","size":1,"pieces":[1]})",
        R"({"id":"a","size":1,"pieces":["x"]})"}) {
    EXPECT_EQ(DeclaredAttachment::from_json(parsed(wrong)), std::nullopt) << wrong;
  }
}

TEST(Attachment, IsListedInThePayload) {
  const auto all = listed("[" + entry() + "]");
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().name, "invoice.pdf");
  EXPECT_EQ(all->front().size, 5U);
  EXPECT_EQ(all->front().salt, std::string(32, 's'));
  // Where the payload is not sealed neither is the file.
  EXPECT_EQ(listed("[" + entry("salt", "") + "]", false)->front().salt, "");
  EXPECT_EQ(listed("[" + entry() + "]", false)->front().salt, "");
  EXPECT_TRUE(listed_attachments(parsed(R"({"amount":1})"), true)->empty());
  EXPECT_TRUE(listed_attachments(parsed("[1]"), true)->empty());
}

TEST(Attachment, IsNotGuessedWhereTheListIsWrong) {
  EXPECT_FALSE(listed("{}").has_value());
  EXPECT_FALSE(listed("[1]").has_value());
  EXPECT_FALSE(listed("[" + entry() + "," + entry() + "]").has_value()) << "one id twice";
  std::string many = "[";
  for (int i = 0; i < 17; ++i) many += (i == 0 ? "" : ",") + entry("id", std::to_string(i));
  EXPECT_FALSE(listed(many + "]").has_value());
  const std::pair<const char*, std::string> wrong[] = {
      {"id", R"("A")"},
      {"id", "1"},
      {"name", R"("")"},
      {"name", '"' + std::string(256, 'n') + '"'},
      {"type", R"("")"},
      {"type", R"("pdf")"},
      {"type", R"("text/pl ain")"},
      {"type", R"("text/\u007f")"},
      {"type", R"("text/é")"},
      {"type", "\"a/" + std::string(126, 'b') + '"'},
      {"size", R"("5")"},
      {"size", "-1"},
      {"size", std::to_string(attachment_bytes_max + 1)},
      {"sha256", R"("abc")"},
      {"salt", ""},
      {"salt", R"("*")"},
      {"salt", R"("AAAA")"}};
  for (const auto& [name, value] : wrong) {
    EXPECT_FALSE(listed("[" + entry(name, value) + "]").has_value()) << name << ' ' << value;
  }
  // Characters count, not bytes.
  std::string long_name;
  for (int i = 0; i < 255; ++i) long_name += "é";
  EXPECT_TRUE(listed("[" + entry("name", '"' + long_name + '"') + "]").has_value());
}

TEST(Attachment, IsTheOneThatWasAnnounced) {
  const auto all = *listed("[" + entry() + "]");
  const DeclaredAttachment sealed{.id = "a1", .size = 21, .pieces = {Digest{}}};
  const DeclaredAttachment clear{.id = "a1", .size = 5, .pieces = {Digest{}}};
  EXPECT_EQ(attachments_differ(all, {sealed}, true), std::nullopt);
  EXPECT_EQ(attachments_differ(all, {clear}, false), std::nullopt);
  EXPECT_TRUE(attachments_differ(all, {}, true));
  EXPECT_TRUE(attachments_differ({}, {sealed}, true));
  EXPECT_TRUE(attachments_differ(all, {clear}, true));
  EXPECT_TRUE(attachments_differ(all, {{.id = "a2", .size = 21, .pieces = {Digest{}}}}, true));
  EXPECT_TRUE(
      attachments_differ(all, {{.id = "a1", .size = 21, .pieces = {Digest{}, Digest{}}}}, true));
}

AttachmentPlace somewhere() {
  return {.origin = "lp.example/p/00112233445566778899aabbccddeeff",
          .client_nonce = "bm9uY2U=",
          .service = "stripe",
          .action = "refund",
          .id = "a1"};
}

TEST(Attachment, OpensPieceByPieceInItsPlaceAlone) {
  const ContentKey key(Secret(std::string(32, 'k')));
  const std::string salt(32, 's'), context = context_of(somewhere());
  const Secret file = key.attachment_key(salt, context);
  const std::string first = seal_attachment_piece(file.reveal(), context, 0, false, "one");
  const std::string last = seal_attachment_piece(file.reveal(), context, 1, true, "two");
  const auto open = [&](const std::string& sealed, std::uint64_t index, bool end) {
    return open_attachment_piece(file.reveal(), context, index, end, sealed);
  };
  EXPECT_EQ(open(first, 0, false), "one");
  EXPECT_EQ(open(last, 1, true), "two");
  EXPECT_EQ(open(first, 0, true), std::nullopt) << "cut off behind it";
  EXPECT_EQ(open(last, 1, false), std::nullopt) << "gone on behind it";
  EXPECT_EQ(open(last, 0, true), std::nullopt) << "moved";
  EXPECT_EQ(open(first.substr(1), 0, false), std::nullopt);
  for (const auto& move : {+[](AttachmentPlace& place) { place.origin = "o"; },
                           +[](AttachmentPlace& place) { place.client_nonce = "n"; },
                           +[](AttachmentPlace& place) { place.service = "s"; },
                           +[](AttachmentPlace& place) { place.action = "a"; },
                           +[](AttachmentPlace& place) { place.id = "a2"; }}) {
    AttachmentPlace elsewhere = somewhere();
    move(elsewhere);
    const std::string other = context_of(elsewhere);
    EXPECT_EQ(open_attachment_piece(key.attachment_key(salt, other).reveal(), other, 0, false,
                                    first),
              std::nullopt);
  }
}

}  // namespace
}  // namespace lp::seal
