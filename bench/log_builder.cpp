#include "log_builder.h"

#include <algorithm>
#include <chrono>

#include "core/tiles.h"
#include "evidence/leaf.h"
#include "evidence/statement.h"
#include "store/sqlite/sqlite_store.h"
#include "tlog/tile.h"

namespace lp::bench {
namespace {

constexpr std::size_t body_bytes = 64;
constexpr std::size_t salt_bytes = 32;

}  // namespace

std::expected<std::unique_ptr<LogBuilder>, std::string> LogBuilder::open(
    const server::Place& place, const std::string& project) {
  std::unique_ptr<LogBuilder> made(new LogBuilder);
  auto store = store::open_sqlite(place.database());
  if (!store) return std::unexpected(store.error().what);
  made->store_ = *std::move(store);
  auto reader = made->store_->reader();
  if (!reader) return std::unexpected(reader.error().what);
  made->reader_ = *std::move(reader);
  auto locks = store::open_lock_store(place.signer());
  if (!locks) return std::unexpected(locks.error().what);
  made->locks_ = *std::move(locks);
  auto keys = core::Keys::open(place.secrets(), false, made->entropy_);
  if (!keys) return std::unexpected(keys.error());
  made->keys_ = *std::move(keys);
  made->notary_ =
      std::make_unique<core::OwnNotary>(*made->locks_, made->keys_->log_secret(), made->entropy_);
  made->signer_ = std::make_unique<core::Signer>(*made->notary_);
  if (auto done = made->take_up(project); !done) return std::unexpected(done.error());
  return made;
}

std::expected<void, std::string> LogBuilder::take_up(const std::string& project) {
  const auto projects = reader_->projects();
  const auto heads = reader_->log_heads();
  if (!projects || !heads) return std::unexpected("the log cannot be read");
  const auto row = std::ranges::find(*projects, project, &store::Project::id);
  const auto head = std::ranges::find(*heads, project, &store::LogHead::project);
  if (row == projects->end() || head == heads->end()) {
    return std::unexpected("there is no such project");
  }
  origin_ = row->origin;
  head_ = *head;
  auto range = tlog::CompactRange::from(head_.size, head_.frontier);
  if (!range || !signer_->resume(origin_, *range)) {
    return std::unexpected("not all of the log is signed");
  }
  range_ = *std::move(range);
  return {};
}

store::Leaf LogBuilder::make(Entries entries) {
  using evidence::EventType;
  store::Leaf row{.project = head_.project,
                  .index = range_.size(),
                  .type = EventType::delivery_attempted,
                  .stream = std::string(evidence::project_stream),
                  .statement = {},
                  .leaf = {},
                  .leaf_hash = {},
                  .evidence = {}};
  if (entries == Entries::compact) {
    row.statement = entropy_.bytes(body_bytes);
  } else {
    evidence::Statement said;
    said.type = row.type;
    said.origin = origin_;
    said.stream = {.id = row.stream, .seq = head_.stream_seq, .prev = head_.stream_prev};
    said.time = head_.last_time;
    said.actor = {.id = "system",
                  .kind = evidence::ActorKind::system,
                  .method = evidence::ActorMethod::rule,
                  .key = {}};
    said.marks = {"test"};
    row.statement = said.bytes(entropy_.bytes(salt_bytes));
  }
  const Digest sha256 = evidence::statement_sha256(row.statement);
  if (entries == Entries::told) {
    ++head_.stream_seq;
    head_.stream_prev = sha256;
  }
  row.leaf = evidence::unsigned_leaf(sha256);
  row.leaf_hash = tlog::leaf_hash(row.leaf);
  return row;
}

std::expected<void, std::string> LogBuilder::commit(std::uint64_t count, Entries entries) {
  store::Batch batch;
  batch.writes.reserve(count + count / tlog::tile_width + 2);
  const std::uint64_t before = range_.size();
  std::size_t bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    store::Leaf row = make(entries);
    bytes += row.leaf.size() + row.statement.size();
    range_.append(row.leaf_hash, [&](unsigned level, std::uint64_t at, const Digest& hash) {
      if (level == 0 || level % tlog::tile_height != 0) return;
      batch.writes.emplace_back(store::UpperHash{.project = head_.project,
                                                 .tile_level = level / tlog::tile_height,
                                                 .position = at,
                                                 .hash = hash});
    });
    batch.writes.emplace_back(std::move(row));
  }
  head_.size = range_.size();
  head_.frontier = range_.hashes();
  batch.writes.emplace_back(head_);
  entry_bytes_ = static_cast<double>(bytes) / static_cast<double>(count);
  if (const auto done = store_->commit(batch); !done) return std::unexpected(done.error().what);

  const auto leaves = reader_->leaf_bodies(head_.project, before, count);
  if (!leaves || leaves->size() != count) return std::unexpected("what was written is not there");
  core::Signer::Extension extension{.origin = origin_, .leaf_hashes = {}, .root = range_.root()};
  for (const std::string& leaf : *leaves) extension.leaf_hashes.push_back(tlog::leaf_hash(leaf));
  if (!signer_->extend({extension})) return std::unexpected("the signer does not sign");
  return {};
}

std::expected<void, std::string> LogBuilder::append(std::uint64_t count, std::uint64_t batch,
                                                    Entries entries, Latencies* took) {
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t now = std::min(batch, count - done);
    const auto begun = std::chrono::steady_clock::now();
    if (auto committed = commit(now, entries); !committed) return committed;
    const std::chrono::duration<double, std::micro> us = std::chrono::steady_clock::now() - begun;
    if (took != nullptr) took->add(us.count());
    done += now;
  }
  if (const auto done = store_->checkpoint(); !done) return std::unexpected(done.error().what);
  return {};
}

}  // namespace lp::bench
