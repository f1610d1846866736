// Two logs on a server that can be made to lie, for tests: what it serves is right until a test
// changes it.

#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/testing.h"
#include "crypto/ed25519.h"
#include "crypto/hash.h"
#include "crypto/p256.h"
#include "evidence/anchor.h"
#include "evidence/leaf.h"
#include "monitor/monitor.h"
#include "tlog/cosignature.h"
#include "tlog/naive_tree.h"

namespace lp::monitor {

// One log, all in memory, that signs whatever it is told to.
class TestLog {
 public:
  TestLog(std::string origin, char seed)
      : origin_(std::move(origin)), key_(crypto::Ed25519Key::from_seed(std::string(32, seed))) {}

  void add(std::string leaf) {
    leaves_.push_back(std::move(leaf));
    tree_.reset();
  }
  std::string& leaf(std::size_t index) {
    tree_.reset();
    return leaves_[index];
  }
  [[nodiscard]] std::uint64_t size() const { return leaves_.size(); }
  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] tlog::VerifierKey vkey() const {
    return tlog::VerifierKey::make(origin_, key_.public_key());
  }

  tlog::Checkpoint checkpoint(std::uint64_t of) { return {origin_, of, tree().root(of)}; }
  std::string note(std::uint64_t of) { return tlog::sign_checkpoint(checkpoint(of), key_); }
  std::string sign(const tlog::Checkpoint& checkpoint) const {
    return tlog::sign_checkpoint(checkpoint, key_);
  }

  // Bytes of "tile/…"; nothing beyond what there is.
  std::optional<std::string> tile(std::string_view path) {
    const auto address = tlog::parse_tile_path(path);
    if (!address || tlog::tile_entries(*address, size()) < address->width) return std::nullopt;
    std::string bytes;
    for (unsigned at = 0; at < address->width; ++at) {
      const std::uint64_t position = address->number * tlog::tile_width + at;
      if (address->entries) {
        bytes += tlog::bundle_entry(leaves_[position]);
      } else {
        bytes += tree().reader()(tlog::tile_height * address->level, position)->view();
      }
    }
    return bytes;
  }

 private:
  tlog::NaiveTree& tree() {
    if (!tree_) tree_ = std::make_unique<tlog::NaiveTree>(leaves_);
    return *tree_;
  }

  std::string origin_;
  crypto::Ed25519Key key_;
  std::vector<std::string> leaves_;
  std::unique_ptr<tlog::NaiveTree> tree_;
};

class TestServer final : public Source {
 public:
  TestLog project{"log.example/p/00112233445566778899aabbccddeeff", 'p'};
  TestLog root{"log.example/root", 'r'};
  std::string project_note, root_note, project_cosigned, root_cosigned;
  // By path: what is served in the place of the truth, and what is said not to be there.
  std::map<std::string, std::string> lies;
  std::set<std::string> hidden;
  bool away = false;
  std::optional<int> fetches_left;  // then who runs the monitor has had enough
  std::vector<std::string> asked;
  std::function<void(const std::string& path)> before_each;

  std::expected<std::string, NotFetched> fetch(const std::string& path) override {
    asked.push_back(path);
    if (before_each) before_each(path);
    if (fetches_left && (*fetches_left)-- <= 0) {
      return std::unexpected(NotFetched{FetchFault::interrupted, "interrupted"});
    }
    if (away) return std::unexpected(NotFetched{FetchFault::unreachable, "no answer"});
    const auto lie = lies.find(path);
    if (lie != lies.end()) return lie->second;
    auto bytes = hidden.contains(path) ? std::nullopt : truth(path);
    if (!bytes || bytes->empty()) {
      return std::unexpected(NotFetched{FetchFault::missing, "there is no such thing"});
    }
    return *std::move(bytes);
  }
  [[nodiscard]] std::string project_path() const {
    return "/log/" + project.origin().substr(project.origin().rfind('/') + 1) + "/";
  }
  // Serves one byte of what stands there changed.
  void flip(const std::string& path, std::size_t at) {
    std::string bytes = truth(path).value();
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    lies[path] = bytes;
  }

 private:
  std::optional<std::string> truth(const std::string& path) {
    const bool of_root = path.starts_with("/log/root/");
    const std::string rest = path.substr(of_root ? 10 : project_path().size());
    if (rest == "checkpoint") return of_root ? root_note : project_note;
    if (rest == "checkpoint?cosigned=true") return of_root ? root_cosigned : project_cosigned;
    if (!rest.starts_with("tile/")) return std::nullopt;
    return (of_root ? root : project).tile(rest.substr(5));
  }
};

// A server whose project grows and is anchored, and somebody who monitors it.
struct Watched : Keeper {
  TestServer server;
  crypto::P256Key issuer = crypto::P256Key::generate();
  crypto::Ed25519Key witness = crypto::Ed25519Key::from_seed(std::string(32, 'w'));
  evidence::Trust trust;
  std::string kept;  // what the monitor remembers, as text
  std::uint64_t keeps = 0;
  Instant now = *parse_instant("2026-03-01T12:00:00.000Z");
  std::unique_ptr<Monitor> monitor;
  std::uint64_t made = 0;

  Watched() {
    trust.origin = server.project.origin();
    trust.log_vkeys = {server.project.vkey()};
    trust.issuer = {{.spki = issuer.spki(), .from = 0, .to = std::nullopt}};
    trust.root = {.origin = server.root.origin(), .log_vkeys = {server.root.vkey()}};
  }

  std::expected<void, std::string> keep(const Memory& memory) override {
    kept = memory.to_text(trust);
    ++keeps;
    return {};
  }
  void reached(std::string_view, std::uint64_t, std::uint64_t) override {}

  std::uint64_t signs_each = 1;  // of so many leaves one, where there are many

  std::string some_leaf() {
    const std::string statement = "statement " + std::to_string(made++);
    const Digest sha256 = crypto::sha256(statement);
    if (made % signs_each != 0) return evidence::unsigned_leaf(sha256);
    return evidence::signed_leaf(sha256, issuer.sign(statement), issuer.spki());
  }
  // So many more leaves, a head over them, and its entry in the root log.
  void grow(int leaves) {
    add(leaves);
    anchor(server.project.checkpoint(server.project.size()));
  }
  void add(int leaves) {
    for (int i = 0; i < leaves; ++i) server.project.add(some_leaf());
    server.project_note = server.project.note(server.project.size());
  }
  void anchor(const tlog::Checkpoint& checkpoint) {
    server.root.add(evidence::anchor_leaf(checkpoint));
    server.root_note = server.root.note(server.root.size());
  }
  void stranger_is_anchored() { anchor({"log.example/p/other", 7, crypto::sha256("theirs")}); }

  void trust_the_witness() {
    trust.witnesses = {.quorum = 1,
                       .witnesses = {tlog::CosignerKey::make("w.example", witness.public_key())}};
    monitor.reset();
  }
  [[nodiscard]] std::string cosigned_at(const std::string& text, Instant time) const {
    return cosigned_at_s(text, static_cast<std::uint64_t>(time.ms / 1'000));
  }
  [[nodiscard]] std::string cosigned_at_s(const std::string& text, std::uint64_t time_s) const {
    auto note = *tlog::Note::parse(text);
    note.signatures.push_back(tlog::cosign(note.body, "w.example", witness, time_s));
    return note.to_string();
  }

  // By the monitor as it is; a new one goes on from what was kept.
  Report look() {
    if (!monitor) {
      std::expected<Memory, std::string> memory;
      if (!kept.empty()) memory = Memory::parse(kept, trust);
      EXPECT_TRUE(memory.has_value()) << (memory ? "" : memory.error());
      monitor = std::make_unique<Monitor>(trust, *std::move(memory), Patience{}, server, *this);
    }
    return monitor->look(now);
  }
  void restart() { monitor.reset(); }
  // The one alarm of a look.
  Finding alarm() {
    const Report report = look();
    EXPECT_EQ(report.findings.size(), 1U);
    return report.findings.empty() ? Finding{} : report.findings.front();
  }
  void expect(Alarm expected) {
    const Finding finding = alarm();
    EXPECT_EQ(to_string(finding.alarm), to_string(expected)) << finding.what;
  }
  void expect_nothing_wrong() {
    const Report report = look();
    for (const Finding& finding : report.findings) ADD_FAILURE() << finding.what;
    EXPECT_TRUE(report.whole);
    EXPECT_EQ(report.leaves, server.project.size());
  }
};

}  // namespace lp::monitor
