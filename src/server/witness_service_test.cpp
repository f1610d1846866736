#include "server/witness_service.h"

#include <gtest/gtest.h>

#include "base/testing.h"
#include "crypto/hash.h"
#include "store/testing.h"
#include "tlog/cosignature.h"
#include "tlog/naive_tree.h"

namespace lp::server {
namespace {

constexpr const char* origin = "example.com/log";

struct Desk {
  store::TemporaryDirectory directory;
  std::unique_ptr<store::LockStore> state = *store::open_lock_store(directory.file("state"));
  ManualClock clock;
  crypto::Ed25519Key log = crypto::Ed25519Key::from_seed(std::string(32, 'l'));
  tlog::NaiveTree tree = tlog::NaiveTree::of_size(9);
  core::Witness witness{core::WitnessKey::from_seed("witness.example/w", std::string(32, 'w')),
                        {{origin, {tlog::VerifierKey::make(origin, log.public_key())}}},
                        *state,
                        clock};

  std::string checkpoint(std::uint64_t size, const char* name = origin) {
    return tlog::sign_checkpoint({name, size, tree.root(size)}, log);
  }
  net::Reply send(net::Method method, std::string path, std::string body = {}) {
    net::Request request;
    request.method = method;
    request.path = std::move(path);
    request.body = std::move(body);
    return answer_as_witness(witness, request);
  }
  net::Reply submit(std::uint64_t old_size, std::uint64_t size) {
    tlog::Submission submission{.old_size = old_size, .proof = {}, .checkpoint = checkpoint(size)};
    if (old_size > 0 && old_size < size) submission.proof = tree.proof(old_size, size);
    return send(net::Method::post, "/add-checkpoint", submission.to_string());
  }
};

TEST(WitnessService, AnswersACosignatureThatVerifies) {
  Desk desk;
  const auto reply = desk.submit(0, 5);
  ASSERT_EQ(reply.status, 200);
  const auto note = tlog::Note::parse(desk.checkpoint(5) + reply.body);
  ASSERT_TRUE(note.has_value());
  const auto key = core::WitnessKey::from_seed("witness.example/w", std::string(32, 'w'));
  EXPECT_TRUE(tlog::open_cosignature(*note, key.verifier()).has_value());
}

TEST(WitnessService, TellsItsSizeInTheMediaTypeOfTheSpecification) {
  Desk desk;
  ASSERT_EQ(desk.submit(0, 5).status, 200);
  const auto reply = desk.submit(3, 9);
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.content_type, "text/x.tlog.size");
  EXPECT_EQ(reply.body, "5\n");
  EXPECT_EQ(desk.submit(5, 9).status, 200);
}

TEST(WitnessService, AnswersEachFaultWithItsStatus) {
  Desk desk;
  const auto post = [&](std::string body) {
    return desk.send(net::Method::post, "/add-checkpoint", std::move(body)).status;
  };
  EXPECT_EQ(post("nonsense"), 400);
  EXPECT_EQ(post("old 6\n\n" + desk.checkpoint(5)), 400);
  EXPECT_EQ(post("old 0\n\n" + desk.checkpoint(5, "other")), 404);
  tlog::Note forged = *tlog::Note::parse(desk.checkpoint(5));
  forged.signatures[0].signature[5] ^= 1;
  EXPECT_EQ(post("old 0\n\n" + forged.to_string()), 403);
  ASSERT_EQ(desk.submit(0, 5).status, 200);
  EXPECT_EQ(post("old 5\n\n" + desk.checkpoint(9)), 422);
}

TEST(WitnessService, ServesTheNewestNoteByTheHashOfItsOrigin) {
  Desk desk;
  const std::string path = "/" + crypto::sha256(origin).hex() + "/checkpoint";
  EXPECT_EQ(desk.send(net::Method::get, path).status, 404);
  const std::string line = desk.submit(0, 5).body;
  const auto reply = desk.send(net::Method::get, path);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, desk.checkpoint(5) + line);
  EXPECT_EQ(desk.send(net::Method::get, "/checkpoint").status, 404);
  EXPECT_EQ(desk.send(net::Method::get, "/add-checkpoint").status, 405);
}

TEST(WitnessService, KeepsItsMemoryOverARestart) {
  Desk desk;
  ASSERT_EQ(desk.submit(0, 5).status, 200);
  desk.state.reset();
  const auto again = *store::open_lock_store(desk.directory.file("state"));
  core::Witness witness(core::WitnessKey::from_seed("witness.example/w", std::string(32, 'w')),
                        {{origin, {tlog::VerifierKey::make(origin, desk.log.public_key())}}},
                        *again, desk.clock);
  EXPECT_EQ(witness.refuse_state(), std::nullopt);
  EXPECT_EQ(witness.add("old 0\n\n" + desk.checkpoint(9)).error().size, 5U);
}

}  // namespace
}  // namespace lp::server
