// The worked examples of spec/encryption.md, opened and computed again by the code that serves: the
// document cannot drift from it. tests/conformance/python computes the same without this code.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "api/letsping/raw_members.h"
#include "base/text.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "evidence/spec_examples.h"
#include "identity/agent_signature.h"
#include "json/parse.h"
#include "seal/attachment.h"
#include "seal/content_key.h"
#include "seal/envelope.h"
#include "seal/note.h"

namespace lp::api {
namespace {

// An example stands in the document between ```example NAME and ```.
const std::string& shown(const std::string& name) {
  static const auto examples = [] {
    auto found = evidence::spec_examples(LP_SOURCE_DIR "/spec/encryption.md");
    for (auto& [_, text] : found) {
      std::erase(text, '\n');  // long values are folded there
    }
    return found;
  }();
  static const std::string absent;
  const auto found = examples.find(name);
  EXPECT_NE(found, examples.end()) << name;
  return found == examples.end() ? absent : found->second;
}

seal::ContentKey content_key() {
  return *seal::ContentKey::from_base64(shown("key"));
}

seal::Envelope envelope(const std::string& name) {
  const auto document = json::parse(shown(name));
  EXPECT_TRUE(document.has_value()) << name;
  return *seal::read_envelope(document->root);
}

TEST(EncryptionFormat, NamesTheContentKeyByItsId) {
  EXPECT_EQ(content_key().kid(), shown("kid"));
}

TEST(EncryptionFormat, OpensAndHashesBothEnvelopes) {
  for (const std::string version : {"v1", "v2"}) {
    const seal::Envelope sealed = envelope(version + "-envelope");
    EXPECT_EQ(seal::to_string(sealed.kind), version);
    EXPECT_EQ(content_key().open(sealed), shown(version + "-plaintext"));
    EXPECT_EQ(sealed.env_sha256.hex(), shown(version + "-env_sha256"));
  }
  EXPECT_EQ(envelope("v2-envelope").context, shown("v2-aad"));
  EXPECT_EQ(envelope("v2-envelope").kid, shown("kid"));
}

TEST(EncryptionFormat, OpensWhatANodeClientSeals) {
  const auto node = json::parse(R"({"_lp_enc":true,"iv":"oKGio6Slpqeoqaqr","ct":")" +
                                shown("v1-node-ct") + "\"}");
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(content_key().open(*seal::read_envelope(node->root)), shown("v1-node-plaintext"));
}

TEST(EncryptionFormat, CommitsUnderTheKeyOfEachForm) {
  const std::string k1(content_key().commitment_key(envelope("v1-envelope")).reveal());
  const std::string k2(content_key().commitment_key(envelope("v2-envelope")).reveal());
  EXPECT_EQ(hex(k1), shown("v1-k"));
  EXPECT_EQ(hex(k2), shown("v2-k"));
  const auto commit = [](std::string_view k, seal::Role role, const std::string& payload) {
    return seal::commitment(k, role, shown(payload)).hex();
  };
  EXPECT_EQ(commit(k1, seal::Role::base, "v1-plaintext"), shown("v1-commit-base"));
  EXPECT_EQ(commit(k1, seal::Role::edit, "v1-plaintext"), shown("v1-commit-edit"));
  EXPECT_EQ(commit(k2, seal::Role::base, "v2-plaintext"), shown("v2-commit-base"));
  const std::string plain = *from_base64(shown("plain-commit_key"));
  EXPECT_EQ(commit(plain, seal::Role::base, "plain-payload"), shown("plain-commit-base"));
}

TEST(EncryptionFormat, HashesReasonAndDisplayUnderTheSameKey) {
  const Secret k = content_key().commitment_key(envelope("v1-envelope"));
  const auto display = json::parse(shown("v1-display-object"));
  ASSERT_TRUE(display.has_value());
  EXPECT_EQ(seal::reason_digest(k.reveal(), shown("reason-text")).hex(), shown("v1-reason"));
  EXPECT_EQ(seal::display_digest(k.reveal(), display->root).hex(), shown("v1-display"));
}

std::string candidate(std::string_view body, const std::string& signature) {
  const auto member = [body](std::string_view name) { return raw_member(body, name).value_or(""); };
  const auto found = identity::verify_agent_signature({.project_id = member("project_id"),
                                                       .service = member("service"),
                                                       .action = member("action"),
                                                       .payload = member("payload")},
                                                      "secret-key", signature);
  return found ? std::string(identity::to_string(*found)) : "none";
}

TEST(EncryptionFormat, OpensANoteInItsPlace) {
  const auto note = json::parse(shown("note"));
  ASSERT_TRUE(note.has_value());
  const seal::NotePlace place{.kind = "comment",
                              .id = "c7Jb0qYwS3mXk2pL",
                              .origin = "lp.example/p/00112233445566778899aabbccddeeff",
                              .request_id = "req_1",
                              .version = 1,
                              .author = "mem_owner"};
  EXPECT_EQ(seal::context_of(place), shown("note-context"));
  EXPECT_EQ(seal::open_note(content_key(), note->root, place), shown("note-text"));
}

TEST(EncryptionFormat, OpensAPieceOfAnAttachmentInItsPlace) {
  const seal::AttachmentPlace place{.origin = "lp.example/p/00112233445566778899aabbccddeeff",
                                    .client_nonce = "bm9uY2U",
                                    .service = "stripe",
                                    .action = "refund",
                                    .id = "a1"};
  const auto payload =
      json::parse(R"({"_lp_attachments":[)" + shown("attachment-entry") + "]}");
  ASSERT_TRUE(payload.has_value());
  const auto listed = seal::listed_attachments(payload->root, true);
  ASSERT_TRUE(listed.has_value());
  const auto& file = listed->front();
  const std::string context = seal::context_of(place);
  EXPECT_EQ(context, shown("attachment-context"));
  const Secret key = content_key().attachment_key(file.salt, context);
  EXPECT_EQ(hex(key.reveal()), shown("attachment-key"));
  const std::string piece = *from_hex(shown("attachment-piece"));
  const auto text = seal::open_attachment_piece(key.reveal(), context, 0, true, piece);
  EXPECT_EQ(text, shown("attachment-text"));
  EXPECT_EQ(crypto::sha256(*text), file.sha256);
  const auto announced = json::parse(shown("attachment-announcement"));
  ASSERT_TRUE(announced.has_value());
  const auto declared = seal::DeclaredAttachment::from_json(announced->root);
  ASSERT_TRUE(declared.has_value());
  EXPECT_EQ(seal::attachments_differ(*listed, {*declared}, true), std::nullopt);
  EXPECT_EQ(crypto::sha256(piece), declared->pieces.front());
}

TEST(EncryptionFormat, FindsTheMessageThatAnAgentSigned) {
  const std::string& body = shown("agent-body");
  EXPECT_EQ(candidate(body, shown("agent-signature")), "stripped");
  EXPECT_EQ(candidate(body, shown("agent-node-signature")), "javascript");
  EXPECT_EQ(candidate(body, shown("agent-bare-signature")), "none");
  EXPECT_EQ(candidate(shown("agent-message"), shown("agent-signature")), "raw");
  EXPECT_EQ(candidate(shown("agent-node-message"), shown("agent-signature")), "python");
  EXPECT_EQ(candidate(shown("agent-bare-message"), shown("agent-bare-signature")), "raw");
}

TEST(EncryptionFormat, OpensASnapshotUnderItsDek) {
  const std::string blob = *from_hex(shown("snapshot-blob"));
  const std::string_view bytes = blob;
  EXPECT_EQ(
      crypto::aes_256_gcm_open(*from_base64(shown("key")), bytes.substr(0, crypto::aead_iv_bytes),
                               bytes.substr(crypto::aead_iv_bytes), {}),
      shown("snapshot-plaintext"));
}

TEST(EncryptionFormat, SignsAWebhookOverBodyAndTime) {
  const std::string& body = shown("webhook-body");
  const std::string& header = shown("webhook-signature");
  const auto signed_under = [&](std::string_view before) {
    return crypto::hmac_sha256("lp_whk_test", {before, body});
  };
  EXPECT_EQ(header, "t=1772366400000,v1=" + signed_under("").hex() +
                        ",v2=" + signed_under("1772366400000.msg_1.").hex());
  EXPECT_EQ(shown("webhook-standard"), "v1," + base64(signed_under("msg_1.1772366400.").view()));
}

}  // namespace
}  // namespace lp::api
