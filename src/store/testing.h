// What the tests and benchmarks of the store share: a directory that goes away, and filled-in rows.

#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "base/testing.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

namespace lp::store {

// An empty directory of its own, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent == nullptr ? "/tmp" : parent) + "/lp_store_XXXXXX";
    LP_ASSERT(::mkdtemp(path_.data()) != nullptr);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const {
    return path_ + '/' + std::string(name);
  }

 private:
  std::string path_;
};

// What a call that must succeed gave; says why when it did not.
template <typename T>
T taken(Result<T> result) {
  if (!result) log::error("test", result.error().what);
  LP_ASSERT(result.has_value());
  return std::move(*result);
}

// A store in a directory of its own, with the project proj_a.
struct OpenedStore {
  TemporaryDirectory directory;
  std::string path = directory.file("letsping.db");
  std::unique_ptr<Store> store;
  std::unique_ptr<Reader> reader;

  explicit OpenedStore(const SqliteOptions& options = {});
  // Commits, and says so when it fails.
  void commit(const Batch& batch) const {
    const auto done = store->commit(batch);
    if (!done) log::error("test", done.error().what);
    LP_ASSERT(done.has_value());
  }
};

// `count` bytes that do not compress: NUL and what is no UTF-8 are among them.
inline std::string sample_bytes(std::uint64_t seed, std::size_t count) {
  return SeededEntropy(seed).bytes(count);
}

inline Digest sample_digest(std::uint64_t seed) {
  return *Digest::from_bytes(sample_bytes(seed, 32));
}

// `prefix` and 26 characters that sort by `number`.
inline std::string sample_id(std::string_view prefix, std::uint64_t number) {
  std::string digits = std::to_string(number);
  digits.insert(0, 26 - digits.size(), '0');
  return std::string(prefix) + '_' + digits;
}

inline Project sample_project(std::string_view id = "proj_a") {
  Project project;
  project.id = id;
  project.name = "Payments " + project.id;
  project.origin = "3f9a/p/" + project.id;
  project.payloads = Payloads::server_sealed;
  project.single_operator = false;
  project.created = {1'772'366'400'123};
  project.roster_version = 3;
  project.roster_sha256 = sample_digest(1);
  return project;
}

inline LogHead sample_log_head(std::string_view project, std::uint64_t size) {
  LogHead head;
  head.project = project;
  head.size = size;
  for (std::uint64_t level = 0; level < 12; ++level) head.frontier.push_back(sample_digest(level));
  head.last_time = {1'772'366'400'500};
  head.stream_seq = 7;
  head.stream_prev = sample_digest(size);
  return head;
}

inline Leaf sample_leaf(std::string_view project, std::uint64_t index) {
  Leaf leaf;
  leaf.project = project;
  leaf.index = index;
  leaf.type = evidence::EventType::request_created;
  leaf.stream = sample_id("req", index);
  leaf.statement = sample_bytes(index, 1'280);
  leaf.leaf = sample_bytes(index + 1, 489);
  leaf.leaf_hash = sample_digest(index);
  leaf.evidence = R"([{"kind":"trace"}])";
  return leaf;
}

inline Request sample_request(std::string_view project, std::uint64_t number,
                              std::size_t payload_bytes = 2'900) {
  Request request;
  request.id = sample_id("req", number);
  request.project = project;
  request.api_key = "key_01";
  request.agent_id = "agent_01";
  request.agent_owner = "mem_owner";
  request.strength = "hmac";
  request.candidate = "raw";
  request.service = "stripe";
  request.action = "refund";
  request.priority = "high";
  request.role = "finance";
  request.environment = "production";
  request.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  request.parent_request_id = "req_parent";
  request.client = "letsping-python/0.1";
  request.payload_kind = "v2";
  request.payload = sample_bytes(number, payload_bytes);
  request.commit_key_sealed = sample_bytes(number + 1, 60);
  request.dek_wrapped = sample_bytes(number + 2, 60);
  request.details_sealed = sample_bytes(number + 3, 400);
  request.request_sha256 = sample_digest(number);
  request.created = {1'772'366'400'000 + static_cast<std::int64_t>(number)};
  request.decide_by = {1'772'370'000'000 + static_cast<std::int64_t>(number)};
  request.leaf_index = number;
  return request;
}

// Pending, as at ingest.
inline RequestState sample_state(const Request& request) {
  RequestState state;
  state.request = request.id;
  state.project = request.project;
  state.state.id = request.id;
  state.state.level = approval::Level::high;
  state.state.created = request.created;
  state.state.decide_by = request.decide_by;
  state.state.base.kind = request.payload_kind;
  state.state.base.env_sha256 = sample_digest(request.leaf_index);
  state.state.base.kid = "0123456789abcdef";
  state.state.current = state.state.base;
  state.state.agent_owner = request.agent_owner;
  state.leaf_index = request.leaf_index;
  state.statement_sha256 = sample_digest(request.leaf_index + 1);
  state.stream_seq = 1;
  state.mac = sample_digest(request.leaf_index + 2);
  return state;
}

// A decided state with every optional member present.
inline RequestState sample_decided_state(const Request& request) {
  RequestState state = sample_state(request);
  state.state.version = 2;
  state.state.state = approval::State::approved_with_modifications;
  state.state.base.commit = sample_digest(50);
  state.state.current.env_sha256 = sample_digest(51);
  state.state.current.commit = sample_digest(52);
  state.state.current.kid.reset();
  state.state.editors = {"mem_b", "mem_c"};
  state.state.approvals = {{"mem_a", "dev_a", sample_digest(53)}, {"mem_d", "", sample_digest(54)}};
  state.leaf_index = request.leaf_index + 9;
  state.stream_seq = 4;
  state.edited_payload = sample_bytes(55, 20'000);
  state.decided = Instant{1'772'366'999'000};
  state.actor = "mem_a";
  state.actor_kind = "member";
  state.method = "device_key";
  state.reason_sealed = sample_bytes(56, 300);
  return state;
}

// approval::Request has no comparison of its own.
inline bool same(const approval::Request& a, const approval::Request& b) {
  const auto fields = [](const approval::Request& request) {
    return std::tie(request.id, request.version, request.state, request.level, request.created,
                    request.decide_by, request.base, request.current, request.agent_owner,
                    request.editors, request.no_isolation);
  };
  return fields(a) == fields(b) &&
         std::ranges::equal(a.approvals, b.approvals, [](const auto& x, const auto& y) {
           return std::tie(x.member, x.key, x.statement_sha256) ==
                  std::tie(y.member, y.key, y.statement_sha256);
         });
}

inline bool same(const RequestState& a, const RequestState& b) {
  const auto fields = [](const RequestState& state) {
    return std::tie(state.request, state.project, state.leaf_index, state.statement_sha256,
                    state.stream_seq, state.mac, state.edited_payload, state.decided, state.actor,
                    state.actor_kind, state.method, state.reason_sealed);
  };
  return same(a.state, b.state) && fields(a) == fields(b);
}

// Between agent_a and agent_b, made at `number` by the leaf of that index.
inline Handoff sample_handoff(std::string id, std::string request, std::uint64_t number) {
  Handoff handoff;
  handoff.id = std::move(id);
  handoff.project = "proj_a";
  handoff.request = std::move(request);
  handoff.upstream = "agent_a";
  handoff.upstream_key = "key_01";
  handoff.downstream = "agent_b";
  handoff.commitment_sealed = sample_bytes(number, 90);
  handoff.created = {static_cast<std::int64_t>(number)};
  handoff.created_index = handoff.leaf_index = number;
  handoff.stream_seq = 1;
  handoff.statement_sha256 = sample_digest(number);
  handoff.mac = sample_digest(number + 1);
  return handoff;
}

inline Review sample_review(std::string_view request, std::uint64_t leaf_index) {
  Review review;
  review.request = request;
  review.version = 2;
  review.member = "mem_a";
  review.key = "dev_a";
  review.nonce = "nonce-" + std::to_string(leaf_index);
  review.core = sample_bytes(leaf_index, 900);
  review.signature = sample_bytes(leaf_index, 71);
  review.at = {1'772'366'401'000};
  review.leaf_index = leaf_index;
  return review;
}

// All rows of one ingest; `index` is the leaf's and the request's number.
inline void add_ingest(Batch& batch, std::string_view project, std::uint64_t index,
                       std::size_t payload_bytes = 2'900) {
  const Request request = sample_request(project, index, payload_bytes);
  batch.writes.emplace_back(sample_state(request));
  batch.writes.emplace_back(request);
  batch.writes.emplace_back(sample_leaf(project, index));
}

inline OpenedStore::OpenedStore(const SqliteOptions& options) {
  store = taken(open_sqlite(path, options));
  reader = taken(store->reader());
  Batch batch;
  batch.writes.emplace_back(sample_project());
  commit(batch);
}

// A batch of these rows.
template <typename... Rows>
Batch batch_of(Rows... rows) {
  Batch batch;
  (batch.writes.emplace_back(std::move(rows)), ...);
  return batch;
}

}  // namespace lp::store
