// A whole installation in a temporary directory, for tests: store, signer, keys, engine, and a
// person whose device can decide.

#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/testing.h"
#include "base/text.h"
#include "core/approver.h"
#include "core/engine.h"
#include "core/offer.h"
#include "core/own_notary.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "json/write.h"
#include "store/sqlite/sqlite_store.h"

namespace lp::core {

inline constexpr std::string_view plaintext =
    R"({"sql": "DROP TABLE users", "limit": 12345678901234567890})";

// A ManualClock that the core thread may read while a test moves it.
class SharedClock final : public Clock {
 public:
  Instant now() override { return {now_ms_}; }
  std::int64_t monotonic_ms() override { return monotonic_ms_; }

  void advance_ms(std::int64_t delta_ms) {
    now_ms_ += delta_ms;
    monotonic_ms_ += delta_ms;
  }
  void set(Instant t) { now_ms_ = t.ms; }

 private:
  std::atomic<std::int64_t> now_ms_ = ManualClock().now().ms;
  std::atomic<std::int64_t> monotonic_ms_ = 0;
};

// One installation in a temporary directory, with a person who can decide.
struct House {
  std::filesystem::path root;
  SharedClock clock;
  crypto::SystemEntropy entropy;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::LockStore> locks;
  std::optional<store::BlobFiles> blobs;
  std::unique_ptr<Keys> keys;
  std::unique_ptr<Notary> notary;
  std::unique_ptr<Engine> engine;
  crypto::P256Key approver = crypto::P256Key::generate();
  seal::ContentKey content_key{Secret(std::string(32, 'k'))};
  std::string project, api_key, member;
  bool destroys_wrap_keys = false;                  // when it is opened next
  std::optional<AcceptedRollback> accept_rollback;  // at the next start
  std::int64_t new_key_wait_ms = 0;  // when it is opened next; what most tests do not ask about

  explicit House(bool set_up = true) {
    std::string name = (std::filesystem::temp_directory_path() / "lp_core_XXXXXX").string();
    root = mkdtemp(name.data());
    open();
    project = engine->run(CreateProject{.name = "default"})->id;
    api_key = engine->run(CreateKey{.project = project, .name = "agent"})->id;
    if (set_up) {
      member = "mem_" + base32(entropy.bytes(16));
      SetUp wish{.token = {}, .name = "Owner", .spki = approver.spki()};
      wish.rosters.push_back(sign_first_roster(*engine->directory()->project(project), approver,
                                               member, clock.now(), entropy));
      const auto done = engine->run(std::move(wish));
      EXPECT_TRUE(done.has_value());
    }
  }
  ~House() {
    engine.reset();
    std::filesystem::remove_all(root);
  }

  void open() {
    const auto started = try_open();
    ASSERT_TRUE(started.has_value()) << started.error();
  }
  // What the engine says to starting over the files as they are.
  std::expected<void, std::string> try_open() {
    store = *store::open_sqlite((root / "letsping.db").string());
    locks = *store::open_lock_store((root / "signer").string());
    blobs = *store::BlobFiles::open((root / "blobs").string());
    keys = *Keys::open((root / "secrets").string(), true, entropy);
    notary = std::make_unique<OwnNotary>(*locks, keys->log_secret(), entropy);
    EngineOptions options;
    options.data_directory = root.string();
    options.log_name = "00112233aabbccdd";
    store::Batch chosen;
    chosen.settings.push_back({.name = "log.name", .value = options.log_name});
    EXPECT_TRUE(store->commit(chosen).has_value());
    options.disk_reserve_bytes = 0;
    options.new_key_wait_ms = options.new_key_wait_ms_min = new_key_wait_ms;
    options.destroys_wrap_keys = destroys_wrap_keys;
    options.accept_rollback = std::exchange(accept_rollback, std::nullopt);
    engine = std::make_unique<Engine>(options, *store, *notary, *blobs, *keys, clock, entropy,
                                      [](auto) {});
    return engine->start();
  }
  // Changes the database behind the program's back, as its owner could. Close first.
  void edit_database(const std::string& sql) {
    const std::string command = "sqlite3 '" + (root / "letsping.db").string() + "' \"" + sql + "\"";
    ASSERT_EQ(std::system(command.c_str()), 0) << sql;
  }
  // Takes the seal over the directory away, as if none had ever been: what is edited is believed.
  void forget_seal() {
    edit_database("DELETE FROM setting WHERE name = 'directory_mac'");
    std::filesystem::remove(root / "secrets" / "directory.sealed");
  }
  void close() {
    engine.reset();
    notary.reset();
    store.reset();
    locks.reset();
    keys.reset();
  }

  Ingest ask() {
    Ingest command;
    command.project = project;
    command.api_key = api_key;
    command.service = "db-agent";
    command.action = "sql";
    const json::Value envelope = content_key.seal_v1(plaintext, entropy);
    command.payload = json::compact(envelope);
    command.envelope = *seal::read_envelope(envelope);
    return command;
  }
  std::string asked() { return engine->run(ask())->id; }
  // The id of an agent that the API key makes, with a secret that the server knows.
  std::string agent_called(const std::string& handle) {
    return engine
        ->run(RegisterAgent{.project = project,
                            .handle = handle,
                            .made_by = member,
                            .public_key = {},
                            .by = {.actor = {.id = api_key,
                                             .kind = evidence::ActorKind::api_key,
                                             .method = evidence::ActorMethod::api_key,
                                             .key = api_key}}})
        ->agent_id;
  }

  Considered consider(const std::string& request, evidence::Verdict verdict) {
    const auto view = engine->request(request, {});
    EXPECT_TRUE(view.has_value());
    Considered considered;
    considered.offer = make_offer(view->rows.request, view->rows.state.state,
                                  *engine->directory()->project(project), member,
                                  evidence::key_id(approver.spki()), *keys, clock.now(), entropy);
    considered.verdict = verdict;
    considered.payload = view->payload;
    considered.content_key = content_key;
    considered.commit_key = view->commit_key;
    return considered;
  }
  std::expected<Decide::Result, Refused> decide(const Considered& considered) {
    const auto command = sign_decision(considered, approver, clock.now(), entropy);
    EXPECT_TRUE(command.has_value());
    return engine->run(*command);
  }
  approval::State state(const std::string& request) { return engine->request(request, {})->state; }
};

}  // namespace lp::core
