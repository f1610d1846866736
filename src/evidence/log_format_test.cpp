// The worked example of spec/log-format.md, made again and compared: the document cannot drift from
// the code. An example stands in the document between ```example NAME and ```.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/anchor.h"
#include "evidence/batch.h"
#include "evidence/decision_core.h"
#include "evidence/erasure.h"
#include "evidence/leaf.h"
#include "evidence/receipt.h"
#include "evidence/cosignature.h"
#include "evidence/roster.h"
#include "evidence/spec_examples.h"
#include "evidence/statement.h"
#include "evidence/values.h"
#include "json/parse.h"
#include "tlog/cosignature.h"
#include "tlog/note.h"
#include "tlog/policy.h"
#include "tlog/proof.h"
#include "tlog/tree.h"

namespace lp::evidence {
namespace {

const std::string origin = "9f86d081884c7d65/p/00112233445566778899aabbccddeeff";
const Instant start = *parse_instant("2026-03-01T12:00:00.000Z");

const std::string& document(const std::string& name) {
  static const auto examples = spec_examples(LP_SOURCE_DIR "/spec/log-format.md");
  static const std::string absent;
  const auto found = examples.find(name);
  return found != examples.end() ? found->second : absent;
}

// Texts without a newline of their own are printed on one line.
std::string one_line(const std::string& name) {
  const std::string& text = document(name);
  return text.substr(0, text.empty() ? 0 : text.size() - 1);
}

std::string bytes_from(char first) {
  std::string bytes;
  for (int i = 0; i < 32; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}

crypto::P256Key issuer() {
  return crypto::P256Key::from_uniform(std::string(48, '\x07'));
}
crypto::P256Key device() {
  return crypto::P256Key::from_uniform(std::string(48, '\x08'));
}
crypto::Ed25519Key log_key() {
  return crypto::Ed25519Key::from_seed(std::string(32, '\x09'));
}

Descriptor example_descriptor() {
  Descriptor descriptor;
  descriptor.salt = bytes_from(0x20);
  descriptor.origin = origin;
  descriptor.service = "stripe";
  descriptor.action = "refund";
  descriptor.agent_id = "ak_7f3k2m9q0w";
  descriptor.agent_owner = "mem_01jn8xq0000000000000000000";
  descriptor.facts.add("amount", 120).add("currency", "EUR");
  return descriptor;
}

PayloadRef example_payload() {
  return {.kind = "v1",
          .env_sha256 = crypto::sha256("envelope"),
          .commit = std::nullopt,
          .kid = std::nullopt};
}

RosterEntry example_entry() {
  RosterEntry entry;
  entry.salt = bytes_from(0x40);
  entry.member = "mem_01jn8xq0000000000000000000";
  entry.roles = {"owner", "reviewer"};
  entry.key_class = "device";
  entry.spki = device().spki();
  return entry;
}

RosterHead example_head() {
  RosterHead head;
  head.origin = origin;
  head.owners = {device().spki()};
  head.issuer = {{issuer().spki(), 0, std::nullopt}};
  head.log = {
      {tlog::VerifierKey::make(origin, log_key().public_key()).to_string(), 0, std::nullopt}};
  head.tree_size = 1;
  head.tree_root = roster_tree_root({example_entry()});
  head.time = start;
  return head;
}

Statement example_statement() {
  Statement s;
  s.type = EventType::request_created;
  s.origin = origin;
  s.stream.id = "req_01jn8xq1a40000000000000000";
  s.time = start + 1500;
  s.actor = {.id = "ak_7f3k2m9q0w",
             .kind = ActorKind::api_key,
             .method = ActorMethod::api_key,
             .key = "ak_7f3k2m9q0w"};
  s.request = RequestRef{example_descriptor().sha256(), 1, Level::medium};
  s.payload = example_payload();
  s.policy = default_policy();
  s.roster_sha256 = example_head().sha256();
  s.strength = "none";
  return s;
}

DecisionCore example_core() {
  DecisionCore core;
  core.aud = origin;
  core.request_id = example_statement().stream.id;
  core.request_sha256 = example_descriptor().sha256();
  core.verdict = Verdict::approve;
  core.payload = example_payload();
  core.payload.commit = crypto::sha256("commit");
  core.level = Level::medium;
  core.policy_sha256 = default_policy().sha256;
  core.roster_sha256 = example_head().sha256();
  core.rule_sha256 = crypto::sha256(R"({"n_of":[1,"role:reviewer"]})");
  core.dwell_ms = 2340;
  core.approver = example_entry().member;
  core.key = key_id(device().spki());
  core.nonce = base64(bytes_from(0x60) + "\x01\x02\x03\x04\x05\x06");
  core.issued_at = start + 61'000;
  core.expires_at = start + 180'000;
  return core;
}

tlog::CompactRange example_tree() {
  tlog::CompactRange tree;
  tree.append(tlog::leaf_hash(one_line("leaf")));
  tree.append(tlog::leaf_hash(one_line("unsigned-leaf")));
  return tree;
}

TEST(LogFormat, ShowsTheDescriptor) {
  EXPECT_EQ(one_line("descriptor"), example_descriptor().bytes());
  EXPECT_EQ(one_line("descriptor-sha256"), example_descriptor().sha256().hex());
}

TEST(LogFormat, ShowsTheStatement) {
  const std::string bytes = example_statement().bytes(bytes_from(0));
  EXPECT_EQ(one_line("statement"), bytes);
  EXPECT_EQ(one_line("statement-sha256"), statement_sha256(bytes).hex());
  EXPECT_TRUE(read_statement(one_line("statement")));
}

TEST(LogFormat, ShowsALeafWhoseSignatureVerifies) {
  const auto leaf = read_leaf(one_line("leaf"));
  ASSERT_TRUE(leaf) << signed_leaf(statement_sha256(one_line("statement")),
                                   issuer().sign(one_line("statement")), issuer().spki());
  EXPECT_EQ(leaf->statement_sha256, statement_sha256(one_line("statement")));
  EXPECT_EQ(leaf->issuer_spki, issuer().spki());
  EXPECT_TRUE(crypto::p256_verify(*leaf->issuer_spki, one_line("statement"), *leaf->der_signature));
  EXPECT_EQ(one_line("leaf").size(), 489u);
}

TEST(LogFormat, ShowsAnUnsignedLeaf) {
  EXPECT_EQ(one_line("unsigned-leaf"), unsigned_leaf(crypto::sha256("a viewed statement")));
}

TEST(LogFormat, ShowsTheRosterOfOneOwner) {
  EXPECT_EQ(one_line("roster-entry"), example_entry().bytes());
  EXPECT_EQ(one_line("roster-head"), example_head().bytes());
  EXPECT_EQ(one_line("roster-sha256"), example_head().sha256().hex());
  const auto signature = from_base64(one_line("roster-signature"));
  ASSERT_TRUE(signature && !signature->empty())
      << "SIG roster-signature "
      << base64(device().sign(roster_signing_bytes(one_line("roster-head"))));
  EXPECT_TRUE(verify_roster(one_line("roster-head"), {example_entry()},
                            {{device().spki(), *signature}}, nullptr));
}

TEST(LogFormat, ShowsACosignatureOfASecondOwner) {
  RosterEntry entry = example_entry();
  entry.salt = bytes_from(0x60);
  entry.member = "mem_01jn8xq0000000000000000001";
  entry.roles = {"reviewer"};
  entry.spki = crypto::P256Key::from_uniform(std::string(48, '\x0a')).spki();
  const std::string bytes = cosignature_bytes(origin, entry, example_entry().member);
  EXPECT_EQ(std::string("lp-cosign/1") + '\0' + one_line("cosigned-body"), bytes);
  const auto signature = from_base64(one_line("cosigned-signature"));
  ASSERT_TRUE(signature && !signature->empty())
      << "SIG cosigned-signature " << base64(device().sign(bytes));
  add_cosignature(entry, {example_entry().member, device().spki(), *signature});
  EXPECT_TRUE(cosignatures_hold(entry, origin));
}

TEST(LogFormat, ShowsTheDecisionCoreAndItsSignature) {
  EXPECT_EQ(one_line("decision-core"), example_core().bytes());
  const auto signature = from_base64(one_line("decision-signature"));
  ASSERT_TRUE(signature && !signature->empty())
      << "SIG decision-signature "
      << base64(device().sign(device_signing_bytes(one_line("decision-core"))));
  EXPECT_TRUE(crypto::p256_verify(device().spki(), device_signing_bytes(one_line("decision-core")),
                                  *signature));
}

TEST(LogFormat, ShowsABatchOfOneCore) {
  const std::vector<std::string> cores = {one_line("decision-core")};
  const BatchHead head{.aud = origin,
                       .service = "stripe",
                       .action = "refund",
                       .rule_sha256 = example_core().rule_sha256,
                       .size = 1,
                       .root = batch_root(cores)};
  EXPECT_EQ(one_line("batch-head"), head.bytes());
  const auto signature = from_base64(one_line("batch-signature"));
  const std::string text = text_of_batch(head.bytes()).device;
  ASSERT_TRUE(signature && !signature->empty())
      << "SIG batch-signature " << base64(device().sign(text));
  EXPECT_TRUE(crypto::p256_verify(device().spki(), text, *signature));
}

ErasureDocument example_erasure(char first_of_salt) {
  ErasureDocument erasure;
  erasure.origin = origin;
  erasure.salt = bytes_from(first_of_salt);
  erasure.basis = "Art. 17 GDPR";
  erasure.operator_name = "ops";
  erasure.complete_by = *parse_instant("2026-05-06T00:00:00.000Z");
  return erasure;
}

TEST(LogFormat, ShowsTheErasureOfAPersonAndThatOfARequest) {
  ErasureDocument person = example_erasure('\x80');
  person.subject = "mem_01jn8xq1000000000000000000";
  EXPECT_EQ(one_line("person-erasure"), person.bytes());
  EXPECT_EQ(one_line("person-erasure-sha256"), crypto::sha256(person.bytes()).hex());
  const auto signature = from_base64(one_line("person-erasure-signature"));
  ASSERT_TRUE(signature && !signature->empty())
      << "SIG person-erasure-signature "
      << base64(device().sign(erasure_signing_bytes(person.bytes())));
  const ErasureRecord record{.document = person.bytes(),
                             .owners = {{.spki = device().spki(), .signature = *signature}}};
  EXPECT_EQ(refuse_owners(record, example_head()), std::nullopt);

  ErasureDocument request = example_erasure('\xa0');
  request.indices = {4, 7};
  request.request_id = "req_01jn8xq1a40000000000000000";
  request.exports = {crypto::sha256("export")};
  EXPECT_EQ(one_line("request-erasure"), request.bytes());
}

TEST(LogFormat, ShowsTheCheckpointOverBothLeaves) {
  const tlog::CompactRange tree = example_tree();
  const tlog::Checkpoint checkpoint{origin, tree.size(), tree.root()};
  EXPECT_EQ(document("checkpoint"), tlog::sign_checkpoint(checkpoint, log_key()));
  const auto key = tlog::VerifierKey::parse(one_line("log-vkey"));
  ASSERT_TRUE(key) << tlog::VerifierKey::make(origin, log_key().public_key()).to_string();
  EXPECT_TRUE(tlog::open_checkpoint(document("checkpoint"), *key));
}

TEST(LogFormat, ShowsWhatAWitnessAddsAndTheProofThatCarriesIt) {
  const auto witness = tlog::CosignerKey::parse(one_line("cosigner-vkey"));
  const auto note = tlog::Note::parse(document("cosigned-checkpoint"));
  ASSERT_TRUE(witness && note);
  const auto seed = crypto::Ed25519Key::from_seed(std::string(32, 'w'));
  EXPECT_EQ(witness->public_key, seed.public_key());
  const auto time_s = tlog::open_cosignature(*note, *witness);
  ASSERT_TRUE(time_s.has_value());
  EXPECT_EQ(
      document("cosigned-checkpoint"),
      document("checkpoint") + tlog::cosign(note->body, witness->name, seed, *time_s).to_string());

  const auto proof = tlog::Proof::parse(document("tlog-proof"));
  ASSERT_TRUE(proof.has_value());
  EXPECT_EQ(proof->checkpoint, document("cosigned-checkpoint"));
  EXPECT_TRUE(tlog::open_proof(*proof, tlog::leaf_hash(one_line("leaf")),
                               *tlog::VerifierKey::parse(one_line("log-vkey"))));

  const auto policy = tlog::Policy::parse(document("witness-policy"));
  ASSERT_TRUE(policy.has_value());
  EXPECT_TRUE(policy->witnessed(*note)->quorum);
  EXPECT_FALSE(policy->witnessed(*tlog::Note::parse(document("checkpoint")))->quorum);
}

TEST(LogFormat, ShowsTheEntryOfTheRootLog) {
  const auto note = tlog::Note::parse(document("checkpoint"));
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(one_line("anchor"), hex(anchor_leaf(*tlog::Checkpoint::parse_body(note->body))));
}

// Every name of the closed lists stands in the document, and nothing else is an event there.
TEST(LogFormat, ListsEveryEventTypeAndMark) {
  std::ifstream file(LP_SOURCE_DIR "/spec/log-format.md");
  std::ostringstream text;
  text << file.rdbuf();
  for (int i = 0; i <= static_cast<int>(EventType::login_failed); ++i) {
    const std::string name = "`" + std::string(to_string(static_cast<EventType>(i))) + "`";
    EXPECT_NE(text.str().find(name), std::string::npos) << name;
  }
  for (const char* mark : {"test", "demo", "no_isolation", "unbound_execution", "server_sealed",
                           "unbound_payload", "self_enrolled"}) {
    EXPECT_TRUE(is_mark(mark));
    EXPECT_NE(text.str().find("`" + std::string(mark) + "`"), std::string::npos) << mark;
  }
}

}  // namespace
}  // namespace lp::evidence
