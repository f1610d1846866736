// The cases of sdk/vectors/attachments.json, which every reader of attachments shares.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "base/text.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "seal/attachment.h"
#include "seal/content_key.h"

namespace lp::seal {
namespace {

const json::Value& vectors() {
  static const json::Document read = [] {
    std::ifstream file(LP_SOURCE_DIR "/sdk/vectors/attachments.json");
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = json::parse(text.str());
    EXPECT_TRUE(parsed.has_value());
    return parsed ? *std::move(parsed) : json::Document{};
  }();
  return read.root;
}

std::string text_at(const json::Value& object, std::string_view name) {
  return std::string(object.find_string(name).value_or(""));
}

// What `over` says in place of what `usual` does.
json::Value with(const json::Value& usual, const json::Value* over) {
  auto value = json::Value::object();
  for (const auto& [name, member] : usual.members()) {
    const json::Value* other = over == nullptr ? nullptr : over->find(name);
    value.add(name, other == nullptr ? member : *other);
  }
  return value;
}

struct Opening {
  std::string context;
  Secret key;
};
Opening opening_of(const json::Value& place, const ListedAttachment& listed,
                   const std::string& key_name) {
  const std::string context = context_of({.origin = text_at(place, "origin"),
                                          .client_nonce = text_at(place, "client_nonce"),
                                          .service = text_at(place, "service"),
                                          .action = text_at(place, "action"),
                                          .id = listed.id});
  const auto key = ContentKey::from_base64(text_at(*vectors().find("keys"), key_name));
  return {.context = context, .key = key->attachment_key(listed.salt, context)};
}

std::string content(const json::Value& file) {
  const std::string text = text_at(file, "text");
  const auto size = static_cast<std::size_t>(*file.find("listed")->find_integer("size"));
  std::string bytes;
  while (bytes.size() < size) bytes += text;
  return bytes.substr(0, size);
}

std::expected<std::vector<ListedAttachment>, std::string> read_list(const json::Value& one) {
  auto payload = json::Value::object();
  payload.add("_lp_attachments", json::Value::array({one}));
  return listed_attachments(payload, true);
}

std::vector<std::string> sealed_pieces(const json::Value& file) {
  const auto listed = read_list(*file.find("listed"));
  EXPECT_TRUE(listed.has_value());
  const Opening opening = opening_of(*vectors().find("place"), listed->front(), "one");
  const std::string bytes = content(file);
  const std::uint64_t count = attachment_pieces(bytes.size());
  std::vector<std::string> pieces;
  for (std::uint64_t i = 0; i < count; ++i) {
    pieces.push_back(seal_attachment_piece(
        opening.key.reveal(), opening.context, i, i + 1 == count,
        std::string_view(bytes).substr(i * attachment_piece_bytes, attachment_piece_bytes)));
  }
  return pieces;
}

// What a reader says of these pieces: "" when it opens them to the file that is listed.
std::string said(const std::vector<std::string>& pieces, const json::Value& listed_value,
                 const json::Value& place, const std::string& key) {
  const auto listed = read_list(listed_value);
  if (!listed) return "malformed";
  const auto& one = listed->front();
  const Opening opening = opening_of(place, one, key);
  const std::uint64_t count = attachment_pieces(one.size);
  std::string bytes;
  for (std::uint64_t i = 0; i < pieces.size(); ++i) {
    const auto clear = open_attachment_piece(opening.key.reveal(), opening.context, i,
                                             i + 1 == count, pieces[i]);
    if (!clear) return "does_not_open";
    bytes += *clear;
  }
  if (pieces.size() != count) return "does_not_open";
  return bytes.size() == one.size && crypto::sha256(bytes) == one.sha256 ? "" : "mismatch";
}

TEST(AttachmentVectors, AreSealedAsEverybodySealsThem) {
  for (const auto& file : vectors().find("files")->items()) {
    const auto declared = DeclaredAttachment::from_json(*file.find("declared"));
    ASSERT_TRUE(declared.has_value());
    const auto pieces = sealed_pieces(file);
    ASSERT_EQ(pieces.size(), declared->pieces.size()) << text_at(file, "name");
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      EXPECT_EQ(crypto::sha256(pieces[i]), declared->pieces[i]) << text_at(file, "name");
      EXPECT_EQ(uploaded_piece_size(*declared, i, true), pieces[i].size());
      size += pieces[i].size();
    }
    EXPECT_EQ(size, declared->size);
    EXPECT_EQ(said(pieces, *file.find("listed"), *vectors().find("place"), "one"), "");
  }
}

TEST(AttachmentVectors, AreRefusedAsEverybodyRefusesThem) {
  const auto& faults = vectors().find("faults")->items();
  EXPECT_GE(faults.size(), 15U);
  for (const auto& fault : faults) {
    const json::Value* of = nullptr;
    for (const auto& file : vectors().find("files")->items()) {
      if (text_at(file, "name") == text_at(fault, "of")) of = &file;
    }
    ASSERT_NE(of, nullptr);
    const auto whole = sealed_pieces(*of);
    std::vector<std::string> pieces;
    for (const auto& index : fault.find("order")->items()) {
      pieces.push_back(whole[static_cast<std::size_t>(*index.as_integer())]);
    }
    if (const auto flip = fault.find_integer("flip")) {
      pieces[static_cast<std::size_t>(*flip)][0] ^= 1;
    }
    const std::string key = text_at(fault, "key");
    EXPECT_EQ(said(pieces, with(*of->find("listed"), fault.find("listed")),
                   with(*vectors().find("place"), fault.find("place")), key.empty() ? "one" : key),
              text_at(fault, "fault"))
        << text_at(fault, "name");
  }
}

}  // namespace
}  // namespace lp::seal
