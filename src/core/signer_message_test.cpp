#include "core/signer_message.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace lp::core::signer_message {
namespace {

Digest digest(char fill) {
  return *Digest::from_bytes(std::string(32, fill));
}

tlog::Checkpoint head(std::uint64_t size) {
  return {.origin = "log.example/p/1", .size = size, .root = digest('r')};
}

std::vector<Request> requests() {
  return {Ping{},
          Recall{.after = "erased\nreq_1"},
          AskKey{.origin = "log.example/root"},
          Extend{.steps = {{.head = head(9), .old_size = 4, .proof = {digest('a'), digest('b')}},
                           {.head = head(1), .old_size = 0, .proof = {}}}},
          Begin{.head = head(0)},
          Earlier{.note = "note\n", .head = head(3), .proof = {digest('c')}},
          Keep{.records = {{"erased\nr", "{}"}, {"closed\no", ""}}},
          Hold{}};
}

std::vector<Answer> answers() {
  return {Done{}, Remembered{.all = true, .records = {{"o", "note"}}}, Key{.vkey = "o+1+2"},
          Signed{.notes = {"one", "two"}}, Refusal::not_an_extension};
}

TEST(SignerMessage, IsReadAsItWasWritten) {
  for (const Request& request : requests()) EXPECT_EQ(read_request(to_bytes(request)), request);
  for (const Answer& answer : answers()) EXPECT_EQ(read_answer(to_bytes(answer)), answer);
}

TEST(SignerMessage, IsNoneWhenAByteIsMissingOrTooMuch) {
  for (const Request& request : requests()) {
    const std::string bytes = to_bytes(request);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(read_request(bytes.substr(0, size))) << hex(bytes) << " cut to " << size;
    }
    EXPECT_FALSE(read_request(bytes + '\0'));
  }
  for (const Answer& answer : answers()) {
    const std::string bytes = to_bytes(answer);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(read_answer(bytes.substr(0, size)));
    }
    EXPECT_FALSE(read_answer(bytes + '\0'));
  }
}

TEST(SignerMessage, OfAnotherVersionOrKindIsNone) {
  for (const int kind : {0, 9, 128, 129, 133, 134, 255}) {
    EXPECT_FALSE(read_request(std::string{'\1', static_cast<char>(kind)}));
  }
  EXPECT_FALSE(read_request(std::string_view("\2\1")));
  for (const int kind : {0, 1, 8, 128, 134, 255}) {
    EXPECT_FALSE(read_answer(std::string{'\1', static_cast<char>(kind)}));
  }
}

TEST(SignerMessage, KeepsEveryCountAndLengthWithinItsBound) {
  Extend many;
  many.steps.assign(heads_max + 1, {.head = head(1), .old_size = 0, .proof = {}});
  EXPECT_FALSE(read_request(to_bytes(many)));
  many.steps.pop_back();
  EXPECT_TRUE(read_request(to_bytes(many)));
  EXPECT_FALSE(read_request(to_bytes(Extend{})));
  Earlier deep{.note = "n", .head = head(1), .proof = {}};
  deep.proof.resize(proof_hashes_max + 1);
  EXPECT_FALSE(read_request(to_bytes(deep)));
  EXPECT_FALSE(read_request(to_bytes(Recall{.after = std::string(name_bytes_max + 1, 'n')})));
  EXPECT_FALSE(
      read_request(to_bytes(Keep{.records = {{"a\n", std::string(text_bytes_max + 1, 't')}}})));
  Keep records;
  records.records.resize(records_max + 1);
  EXPECT_FALSE(read_request(to_bytes(records)));
}

TEST(SignerMessage, NamesALogOnlyByWhatAKeyMayBeCalled) {
  for (const char* origin : {"", "erased\nr", "two words", "a+b"}) {
    EXPECT_FALSE(read_request(to_bytes(AskKey{.origin = origin}))) << origin;
    EXPECT_FALSE(read_request(to_bytes(Begin{.head = {.origin = origin, .size = 0, .root = {}}})))
        << origin;
  }
}

TEST(SignerMessage, IsByteForByteThatOfTheProtocolsPage) {
  EXPECT_EQ(hex(to_bytes(Request(Ping{}))), "0101");
  EXPECT_EQ(hex(to_bytes(Answer(Done{}))), "0181");
  EXPECT_EQ(hex(to_bytes(Request(Keep{.records = {{"erased\nr", "{}"}}}))),
            "0107000100086572617365640a72000000027b7d");
  EXPECT_EQ(hex(to_bytes(Answer(Refusal::not_kept))), "018506");
  EXPECT_EQ(hex(to_bytes(Request(Hold{}))), "0108");
  EXPECT_EQ(hex(to_bytes(Answer(Refusal::not_holder))), "018507");
}

}  // namespace
}  // namespace lp::core::signer_message
