#include "server/remote_notary.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

#include "core/log_owners.h"
#include "core/own_notary.h"
#include "core/signer_desk.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/roster_document.h"
#include "net/listener.h"

namespace lp::server {
namespace {

namespace message = core::signer_message;
using Fault = core::Notary::Fault;
using Use = RemoteNotary::Use;

constexpr std::int64_t patience_ms = 50;  // for what is to fail

class MemoryLocks final : public store::LockStore {
 public:
  [[nodiscard]] const std::map<std::string, std::string>& notes() const override { return notes_; }
  store::Result<void> put(const std::vector<std::pair<std::string, std::string>>& notes) override {
    for (const auto& [name, note] : notes) notes_.insert_or_assign(name, note);
    return {};
  }

 private:
  std::map<std::string, std::string> notes_;
};

// A desk behind a socket, whose answers a test may change on their way.
class Signer {
 public:
  using Change = std::function<message::Answer(message::Answer)>;

  Signer() {
    std::string name = (std::filesystem::temp_directory_path() / "lp_notary_XXXXXX").string();
    root_ = mkdtemp(name.data());
    secret_.emplace(*core::LogSecret::open((root_ / "log.key").string(), true, entropy_));
  }
  ~Signer() {
    stop();
    std::filesystem::remove_all(root_);
  }
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  void start(Change change = {}) {
    auto listening = net::listen_unix(socket());
    ASSERT_TRUE(listening.has_value()) << listening.error();
    stopping_ = false;
    thread_ = std::thread([this, listening = *std::move(listening), change]() mutable {
      serve(listening.socket(), change);
    });
  }
  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] std::string socket() const { return (root_ / "signer.sock").string(); }
  [[nodiscard]] std::unique_ptr<RemoteNotary> meet() const {
    auto notary = RemoteNotary::open(socket(), Use::holds, 2'000);
    EXPECT_TRUE(notary.has_value()) << notary.error();
    return *std::move(notary);
  }

  MemoryLocks locks;  // looked at while it does not run

 private:
  void serve(net::FileDescriptor& listening, const Change& change) {
    core::OwnNotary notary(locks, *secret_, entropy_);
    core::SignerDesk desk(notary, false);
    std::map<int, net::FramedSocket> connections;
    while (!stopping_) {
      std::vector<pollfd> waits{{listening.get(), POLLIN, 0}};
      for (const auto& [number, connection] : connections) waits.push_back({number, POLLIN, 0});
      if (::poll(waits.data(), waits.size(), 5) <= 0) continue;
      if (waits[0].revents != 0) {
        net::FramedSocket connection(net::FileDescriptor(
            ::accept4(listening.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)));
        const int number = connection.number();
        connections.emplace(number, std::move(connection));
      }
      for (std::size_t i = 1; i < waits.size(); ++i) {
        const int number = waits[i].fd;
        if (waits[i].revents != 0 && !answer(desk, connections.at(number), change)) {
          desk.gone(number);
          connections.erase(number);
        }
      }
    }
  }
  static bool answer(core::SignerDesk& desk, net::FramedSocket& connection, const Change& change) {
    const int number = connection.number();
    const auto body = connection.receive(1'000);
    const auto request = body ? message::read_request(*body) : std::nullopt;
    if (!request) return false;
    message::Answer said = desk.answer(number, *request);
    if (change) said = change(std::move(said));
    return connection.send(message::to_bytes(said), 1'000);
  }

  std::filesystem::path root_;
  crypto::SystemEntropy entropy_;
  std::optional<core::LogSecret> secret_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

// A log that grows, as the core keeps it.
struct Tree {
  std::string origin;
  tlog::CompactRange before, range;
  std::vector<Digest> leaves;

  explicit Tree(std::string name = "log.example/p/1") : origin(std::move(name)) {}
  void grow(const std::string& leaf) {
    before = range;
    leaves = {tlog::leaf_hash(leaf)};
    range.append(leaves.front());
  }
  [[nodiscard]] tlog::Checkpoint head() const {
    return {.origin = origin, .size = range.size(), .root = range.root()};
  }
  [[nodiscard]] core::Notary::Growth growth() const {
    return {.before = before, .leaf_hashes = leaves, .head = head()};
  }
};

tlog::Checkpoint opened(core::Notary& notary, const std::string& note) {
  const auto parsed = tlog::Note::parse(note);
  const auto head = parsed ? tlog::Checkpoint::parse_body(parsed->body) : std::nullopt;
  if (!head) return {};
  return evidence::open_in_range(note, notary.keys(head->origin)->ranges)
      .value_or(tlog::Checkpoint{});
}

TEST(RemoteNotary, HasSignedWhatItAsksForAndRemembersIt) {
  Signer signer;
  signer.start();
  Tree tree;
  {
    const auto notary = signer.meet();
    ASSERT_TRUE(notary->begin(tree.head()).has_value());
    tree.grow("a");
    const auto notes = notary->extend({tree.growth()});
    ASSERT_TRUE(notes.has_value());
    EXPECT_EQ(opened(*notary, notes->front()), tree.head());
    EXPECT_EQ(notary->memory().notes().at(tree.origin), notes->front());
    ASSERT_TRUE(notary->memory().put({{"erased\nreq_1", "{}"}}).has_value());
  }
  const auto later = signer.meet();
  EXPECT_EQ(opened(*later, later->memory().notes().at(tree.origin)), tree.head());
  EXPECT_EQ(later->memory().notes().at("erased\nreq_1"), "{}");
}

TEST(RemoteNotary, IsAwayUntilItsSignerIsBackAndAskedAgainGetsTheSame) {
  Signer signer;
  signer.start();
  const auto notary = signer.meet();
  Tree tree;
  ASSERT_TRUE(notary->begin(tree.head()).has_value());
  tree.grow("a");
  signer.stop();
  EXPECT_FALSE(notary->ready());
  EXPECT_EQ(notary->extend({tree.growth()}).error(), Fault::away);
  EXPECT_FALSE(notary->memory().put({{"erased\nreq_1", "{}"}}).has_value());
  EXPECT_FALSE(notary->memory().notes().contains("erased\nreq_1"));
  // It signs, and its answer is lost.
  signer.start([](message::Answer said) {
    return std::holds_alternative<message::Signed>(said) ? message::Answer(message::Done{}) : said;
  });
  EXPECT_FALSE(notary->extend({tree.growth()}).has_value());
  signer.stop();
  EXPECT_TRUE(signer.locks.notes().at(tree.origin).starts_with(tree.origin + "\n1\n"));
  signer.start();
  EXPECT_TRUE(notary->ready());
  EXPECT_TRUE(notary->extend({tree.growth()}).has_value());
}

TEST(RemoteNotary, BelievesNoNoteButTheOneThatItAskedFor) {
  Signer signer;
  signer.start();
  const auto notary = signer.meet();
  Tree tree;
  const auto empty = notary->begin(tree.head());
  ASSERT_TRUE(empty.has_value());
  const auto kept = notary->memory().notes();
  tree.grow("a");
  signer.stop();
  const auto stranger = crypto::Ed25519Key::from_seed(std::string(32, 's'));
  const std::vector<std::vector<std::string>> lies{
      {*empty}, {tlog::sign_checkpoint(tree.head(), stranger)}, {"no note"}, {}, {*empty, *empty}};
  for (const auto& lie : lies) {
    signer.start([&lie](message::Answer said) {
      if (auto* notes = std::get_if<message::Signed>(&said)) notes->notes = lie;
      return said;
    });
    EXPECT_EQ(notary->extend({tree.growth()}).error(), Fault::refused);
    EXPECT_EQ(notary->memory().notes(), kept);
    signer.stop();
  }
}

TEST(RemoteNotary, TellsARefusalFromAnAbsence) {
  Signer signer;
  signer.start();
  const auto notary = signer.meet();
  Tree tree;
  ASSERT_TRUE(notary->begin(tree.head()).has_value());
  tree.grow("a");
  Tree fork = tree;
  ASSERT_TRUE(notary->extend({tree.growth()}).has_value());
  fork.range = {};
  fork.grow("b");
  EXPECT_EQ(notary->extend({fork.growth()}).error(), Fault::refused);
  EXPECT_TRUE(notary->ready());
}

TEST(RemoteNotary, SignsMoreLogsThanAFrameTakes) {
  Signer signer;
  signer.start();
  const auto notary = signer.meet();
  std::vector<Tree> trees;
  for (std::size_t i = 0; i < message::heads_max + 1; ++i) {
    trees.emplace_back("log.example/p/" + std::to_string(i));
    ASSERT_TRUE(notary->begin(trees.back().head()).has_value());
    trees.back().grow("a");
  }
  std::vector<core::Notary::Growth> growths;
  for (const Tree& tree : trees) growths.push_back(tree.growth());
  const auto notes = notary->extend(growths);
  ASSERT_TRUE(notes.has_value());
  ASSERT_EQ(notes->size(), trees.size());
  EXPECT_EQ(opened(*notary, notes->back()), trees.back().head());
}

// Versions of a roster of the log's owner, each after the one before.
struct Owner {
  crypto::P256Key key = crypto::P256Key::generate();
  evidence::RosterHead head;

  core::Notary::SignedRoster sign() const {
    const std::string text = head.bytes();
    return {.head = text,
            .signatures = evidence::signatures_text(
                {{key.spki(), key.sign(evidence::roster_signing_bytes(text))}})};
  }
  Owner(const std::string& origin, evidence::LogKeyRanges keys) {
    head.origin = origin;
    head.owners = {key.spki()};
    head.log = std::move(keys);
    head.tree_size = 1;
    head.time = Instant{1'795'000'000'000};
  }
  void next() {
    head.prev = head.sha256();
    ++head.version;
  }
};

TEST(RemoteNotary, HasTheNextKeyMadeAndFollowsTheOwnersInParts) {
  Signer signer;
  signer.start();
  const auto notary = signer.meet();
  Tree tree;
  ASSERT_TRUE(notary->begin(tree.head()).has_value());
  Owner owner(tree.origin, notary->keys(tree.origin)->ranges);
  const auto vkey = notary->draft(tree.origin);
  ASSERT_TRUE(vkey.has_value());
  EXPECT_EQ(notary->keys(tree.origin)->next, *vkey);
  // More versions than a frame takes.
  std::vector<core::Notary::SignedRoster> versions{owner.sign()};
  for (std::size_t i = 0; i < message::rosters_max; ++i) {
    owner.next();
    versions.push_back(owner.sign());
  }
  owner.next();
  ASSERT_TRUE(evidence::hand_over(owner.head.log, *vkey, 2));
  versions.push_back(owner.sign());
  ASSERT_TRUE(notary->follow(tree.origin, versions).has_value());
  EXPECT_EQ(notary->keys(tree.origin)->ranges, owner.head.log);
  EXPECT_EQ(notary->memory().notes().at(core::roster_record(tree.origin)), owner.head.bytes());
  for (const char* leaf : {"a", "b", "c"}) {
    tree.grow(leaf);
    const auto notes = notary->extend({tree.growth()});
    ASSERT_TRUE(notes.has_value());
    EXPECT_TRUE(evidence::open_in_range(notes->front(), owner.head.log).has_value());
  }
  // Another one that meets it knows the same.
  const auto later = RemoteNotary::open(signer.socket(), Use::looks, 2'000);
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ((*later)->keys(tree.origin)->ranges, owner.head.log);
  owner.head.log.pop_back();
  owner.head.log.back().to.reset();
  owner.next();
  EXPECT_EQ(notary->follow(tree.origin, {owner.sign()}).error(), Fault::refused);
}

TEST(RemoteNotary, BelievesNoKeysThatCannotBe) {
  const std::string origin = "log.example/p/1",
                    vkey = tlog::VerifierKey::make(
                               origin,
                               crypto::Ed25519Key::from_seed(std::string(32, 'k')).public_key())
                               .to_string();
  const std::string other =
      tlog::VerifierKey::make("log.example/p/2",
                              crypto::Ed25519Key::from_seed(std::string(32, 'k')).public_key())
          .to_string();
  const message::Keys lies[] = {
      {.turns = {{vkey, 1}}, .next = ""},
      {.turns = {{other, 0}}, .next = ""},
      {.turns = {{vkey, 0}, {vkey, 3}}, .next = ""},
      {.turns = {{"x", 0}}, .next = ""},
      {.turns = {{vkey, 0}}, .next = other},
  };
  for (const message::Keys& lie : lies) {
    Signer signer;
    signer.start([&lie](message::Answer said) {
      return std::holds_alternative<message::Keys>(said) ? message::Answer(lie) : said;
    });
    EXPECT_EQ(signer.meet()->keys(origin), std::nullopt);
  }
}

TEST(RemoteNotary, RecallsAMemoryOfManyFrames) {
  Signer signer;
  std::vector<std::pair<std::string, std::string>> records;
  for (int i = 0; i < 5'000; ++i) {
    records.emplace_back("erased\n" + std::to_string(i), std::string(500, 'r'));
  }
  ASSERT_TRUE(signer.locks.put(records).has_value());
  signer.start();
  const auto notary = signer.meet();
  EXPECT_EQ(notary->memory().notes().size(), records.size());
  for (auto& [name, text] : records) text = "changed";
  ASSERT_TRUE(notary->memory().put(records).has_value());
  signer.stop();
  EXPECT_EQ(signer.locks.notes(), notary->memory().notes());
}

TEST(RemoteNotary, SpeaksForOneServerAtATimeAndLetsOthersLook) {
  Signer signer;
  signer.start();
  {
    const auto first = signer.meet();
    const auto second = RemoteNotary::open(signer.socket(), Use::holds, patience_ms);
    ASSERT_FALSE(second.has_value());
    EXPECT_NE(second.error().find("another server"), std::string::npos) << second.error();
    const auto looking = RemoteNotary::open(signer.socket(), Use::looks, patience_ms);
    ASSERT_TRUE(looking.has_value());
    EXPECT_FALSE((*looking)->memory().put({{"erased\nr", "{}"}}).has_value());
    EXPECT_TRUE(first->memory().put({{"erased\nr", "{}"}}).has_value());
  }
  const auto next = signer.meet();
  EXPECT_TRUE(next->ready());
}

TEST(RemoteNotary, HasAnEarlierHeadSignedForItsProof) {
  Signer signer;
  signer.start();
  const auto notary = signer.meet();
  Tree tree;
  ASSERT_TRUE(notary->begin(tree.head()).has_value());
  tree.grow("a");
  const tlog::Checkpoint head = tree.head();
  const auto first = notary->extend({tree.growth()});
  tree.grow("b");
  const auto newest = notary->extend({tree.growth()});
  ASSERT_TRUE(first.has_value() && newest.has_value());
  const std::vector<Digest> proof{tlog::leaf_hash("b")};
  EXPECT_EQ(notary->earlier({.note = newest->front(), .head = head, .proof = proof}),
            first->front());
  EXPECT_EQ(notary->earlier({.note = newest->front(), .head = head, .proof = {}}), std::nullopt);
}

TEST(RemoteNotary, SaysThatNobodyAnswers) {
  const Signer signer;
  const auto notary = RemoteNotary::open(signer.socket(), Use::holds, patience_ms);
  ASSERT_FALSE(notary.has_value());
  EXPECT_NE(notary.error().find("is `letsping signer` running?"), std::string::npos);
}

}  // namespace
}  // namespace lp::server
