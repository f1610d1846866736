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
          AskKeys{.origin = "log.example/root"},
          Extend{.steps = {{.head = head(9), .old_size = 4, .proof = {digest('a'), digest('b')}},
                           {.head = head(1), .old_size = 0, .proof = {}}}},
          Begin{.head = head(0)},
          Earlier{.note = "note\n", .head = head(3), .proof = {digest('c')}},
          Keep{.records = {{"erased\nr", "{}"}, {"closed\no", ""}}},
          Hold{},
          Draft{.origin = "log.example/p/1"},
          Follow{.origin = "log.example/p/1", .versions = {{"head", "[]"}, {"next", "[{}]"}}}};
}

std::vector<Answer> answers() {
  return {Done{},
          Remembered{.all = true, .records = {{"o", "note"}}},
          Signed{.notes = {"one", "two"}},
          Keys{.turns = {{"o+1+2", 0}, {"o+3+4", 9}}, .next = "o+5+6"},
          Keys{.turns = {{"o+1+2", 0}}, .next = ""},
          Refusal::not_an_extension,
          Refusal::not_owners};
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
  for (const int kind : {0, 11, 128, 129, 133, 134, 255}) {
    EXPECT_FALSE(read_request(std::string{'\2', static_cast<char>(kind)}));
  }
  EXPECT_FALSE(read_request(std::string_view("\1\1")));
  for (const int kind : {0, 1, 10, 128, 134, 255}) {
    EXPECT_FALSE(read_answer(std::string{'\2', static_cast<char>(kind)}));
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
  EXPECT_FALSE(read_request(to_bytes(Follow{.origin = "log.example/p/1", .versions = {}})));
  Follow long_chain{.origin = "log.example/p/1", .versions = {}};
  long_chain.versions.resize(rosters_max + 1);
  EXPECT_FALSE(read_request(to_bytes(long_chain)));
  EXPECT_FALSE(read_answer(to_bytes(Keys{})));
  Keys old;
  old.turns.resize(turns_max + 1);
  EXPECT_FALSE(read_answer(to_bytes(old)));
  Keep records;
  records.records.resize(records_max + 1);
  EXPECT_FALSE(read_request(to_bytes(records)));
}

TEST(SignerMessage, NamesALogOnlyByWhatAKeyMayBeCalled) {
  for (const char* origin : {"", "erased\nr", "two words", "a+b"}) {
    EXPECT_FALSE(read_request(to_bytes(AskKeys{.origin = origin}))) << origin;
    EXPECT_FALSE(read_request(to_bytes(Begin{.head = {.origin = origin, .size = 0, .root = {}}})))
        << origin;
    EXPECT_FALSE(read_request(to_bytes(Draft{.origin = origin}))) << origin;
    EXPECT_FALSE(read_request(to_bytes(Follow{.origin = origin, .versions = {{"head", "[]"}}})))
        << origin;
  }
}

TEST(SignerMessage, IsByteForByteThatOfTheProtocolsPage) {
  EXPECT_EQ(hex(to_bytes(Request(Ping{}))), "0201");
  EXPECT_EQ(hex(to_bytes(Answer(Done{}))), "0281");
  EXPECT_EQ(hex(to_bytes(Request(Keep{.records = {{"erased\nr", "{}"}}}))),
            "0207000100086572617365640a72000000027b7d");
  EXPECT_EQ(hex(to_bytes(Answer(Refusal::not_kept))), "028506");
  EXPECT_EQ(hex(to_bytes(Request(Hold{}))), "0208");
  EXPECT_EQ(hex(to_bytes(Answer(Refusal::not_holder))), "028507");
  EXPECT_EQ(hex(to_bytes(Request(Draft{.origin = "l/p/1"}))), "020900056c2f702f31");
  EXPECT_EQ(hex(to_bytes(Request(Follow{.origin = "l", .versions = {{"{}", "[]"}}}))),
            "020a00016c0001000000027b7d000000025b5d");
  EXPECT_EQ(hex(to_bytes(Answer(Keys{.turns = {{"v", 3}}, .next = "w"}))),
            "028300010001760000000000000003000177");
}

}  // namespace
}  // namespace lp::core::signer_message
