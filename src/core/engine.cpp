#include "core/engine.h"

#include "base/assert.h"
#include "base/text.h"
#include "core/disk.h"
#include "core/handoffs.h"
#include "core/project_secrets.h"
#include "core/recovery.h"
#include "core/request_event.h"
#include "core/sequencer.h"
#include "core/subtree_hashes.h"
#include "crypto/hash.h"

namespace lp::core {
namespace {

std::atomic<std::uint64_t> engines_made = 0;

// Readers of this thread, one an engine.
std::map<std::uint64_t, std::unique_ptr<store::Reader>>& thread_readers() {
  thread_local std::map<std::uint64_t, std::unique_ptr<store::Reader>> readers;
  return readers;
}

// Sessions that this thread read, all of one engine and since the last of them changed.
struct KeptSessions {
  std::uint64_t engine = 0;
  std::uint64_t change = 0;
  std::map<Digest, store::Session> rows;
};
constexpr std::size_t kept_sessions_max = 1'024;

}  // namespace

struct Engine::Impl {
  Impl(EngineOptions chosen, store::Store& used_store, Notary& used_notary,
       store::BlobFiles& used_blobs, Keys& used_keys, Clock& used_clock, Entropy& used_entropy,
       std::unique_ptr<store::Reader> core_reader,
       std::function<void(std::vector<std::string>)> announce)
      : options(std::move(chosen)),
        reader(std::move(core_reader)),
        published(hex(used_entropy.bytes(8))),
        world{.options = options,
              .store = used_store,
              .rows = used_store.own_reader(),
              .reader = *reader,
              .blobs = used_blobs,
              .keys = used_keys,
              .clock = used_clock,
              .entropy = used_entropy,
              .notary = used_notary,
              .signer = Signer(used_notary),
              .tombstones = Tombstones(used_notary.memory()),
              .closed_logs = ClosedLogs(used_notary.memory()),
              .verifiers = {},
              .clock_watch = {},
              .expiry = {},
              .permits_due = {},
              .epochs = {},
              .nonces = {},
              .notice_ceiling = {},
              .told_browsers = {},
              .holds = {},
              .logs = {},
              .root = {},
              .directory = {}},
        sequencer(world, published, options.queue_max, options.batch_max, std::move(announce)) {}

  const std::uint64_t number = ++engines_made;
  const EngineOptions options;
  std::unique_ptr<store::Reader> reader;
  Published published;
  World world;
  Presence presence;
  Sequencer sequencer;
};

Engine::Engine(EngineOptions options, store::Store& store, Notary& notary, store::BlobFiles& blobs,
               Keys& keys, Clock& clock, Entropy& entropy,
               std::function<void(std::vector<std::string>)> announce) {
  auto reader = store.reader();
  LP_ASSERT(reader.has_value());
  impl_ = std::make_unique<Impl>(std::move(options), store, notary, blobs, keys, clock, entropy,
                                 *std::move(reader), std::move(announce));
}

Engine::~Engine() {
  stop();
  thread_readers().erase(impl_->number);
}

std::expected<void, std::string> Engine::start() {
  if (auto recovered = recover(impl_->world); !recovered) return recovered;
  if (auto made = make_missing_secrets(impl_->world); !made) return made;
  impl_->published.directory.store(impl_->world.directory);
  impl_->sequencer.start();
  return {};
}

void Engine::stop() {
  impl_->sequencer.stop();
}

bool Engine::push(Job&& job, Urgency urgency) {
  return impl_->sequencer.push(std::move(job), urgency);
}

const EngineOptions& Engine::options() const {
  return impl_->options;
}
DirectoryPtr Engine::directory() const {
  return impl_->published.directory.load();
}
Presence& Engine::presence() {
  return impl_->presence;
}
Keys& Engine::keys() {
  return impl_->world.keys;
}
const Notary& Engine::notary() const {
  return impl_->world.notary;
}
Clock& Engine::clock() {
  return impl_->world.clock;
}
Entropy& Engine::entropy() {
  return impl_->world.entropy;
}
store::BlobFiles& Engine::blobs() {
  return impl_->world.blobs;
}

store::Reader& Engine::reader() {
  auto& slot = thread_readers()[impl_->number];
  if (!slot) {
    auto fresh = impl_->world.store.reader();
    LP_ASSERT(fresh.has_value());
    slot = *std::move(fresh);
    forget_kept_hashes();
  }
  return *slot;
}

namespace {

bool shown(const Directory& directory, const std::string& project, std::uint64_t leaf_index) {
  const ProjectView* view = directory.project(project);
  return view != nullptr && leaf_index < view->live->signed_size;
}

// The state as it may be told: a terminal one only under a signed checkpoint.
approval::State told_state(const Directory& directory, const store::FullRequest& rows) {
  const auto state = rows.state.state.state;
  if (!terminal(state)) return state;
  return shown(directory, rows.request.project, rows.state.leaf_index) ? state
                                                                       : approval::State::pending;
}

// Opens what the server can read of a request; false when anything does not open.
bool open_fields(const Keys& keys, RequestView& view) {
  auto opened = open_details(keys, view.rows.request);
  if (!opened) return false;
  const std::string& id = view.rows.request.id;
  const std::string_view dek = opened->dek.reveal();
  const bool plain = view.rows.request.payload_kind == "plain";
  view.payload = view.rows.request.payload;
  view.edited_payload = view.rows.state.edited_payload;
  if (plain) {
    auto payload = open_field(dek, "payload", id, view.rows.request.payload);
    auto k = open_field(dek, "commit-key", id, view.rows.request.commit_key_sealed);
    if (!payload || !k) return false;
    view.payload = *std::move(payload);
    view.commit_key = *std::move(k);
    if (!view.edited_payload.empty()) {
      auto edit = open_field(dek, "edit", id, view.edited_payload);
      if (!edit) return false;
      view.edited_payload = *std::move(edit);
    }
  }
  if (!view.rows.state.reason_sealed.empty()) {
    auto reason = open_field(dek, "reason", id, view.rows.state.reason_sealed);
    if (!reason) return false;
    view.reason = *std::move(reason);
  }
  Details& details = opened->details;
  view.facts = std::move(details.facts);
  view.schema = std::move(details.schema);
  view.callback_url = std::move(details.callback_url);
  view.escrow = std::move(details.escrow);
  view.ruling = std::move(details.ruling);
  view.client_nonce = std::move(details.client_nonce);
  view.descriptor = std::move(details.descriptor);
  view.capabilities = std::move(details.capabilities);
  view.attachments = std::move(details.attachments);
  view.lossy = std::move(details.lossy);
  return true;
}

std::vector<std::string> marks_of(const Directory& directory, const store::FullRequest& rows) {
  std::vector<std::string> marks = directory.project(rows.request.project)->marks;
  if (rows.request.payload_kind == "plain") marks.emplace_back("server_sealed");
  if (rows.state.state.no_isolation) marks.emplace_back("no_isolation");
  return marks;
}

}  // namespace

store::Result<std::optional<store::FullRequest>> Engine::rows_of(std::string_view id) {
  if (const auto closed = impl_->published.closed.load()) {
    if (const auto found = closed->find(id); found != closed->end()) return found->second;
  }
  return reader().request(id);
}

std::expected<RequestView, Refused> Engine::request(std::string_view id, std::string_view project) {
  auto rows = rows_of(id);
  if (!rows) return refuse(Fault::stopping);
  const DirectoryPtr directory_now = directory();
  if (!*rows) return refuse(gone(*directory_now, id, project), id);
  if ((!project.empty() && !directory_now->stands_for(project, (*rows)->request.project)) ||
      !shown(*directory_now, (*rows)->request.project, (*rows)->request.leaf_index)) {
    return refuse(Fault::unknown);
  }
  RequestView view;
  view.rows = **std::move(rows);
  if (!crypto::equal_constant_time(keys().row_mac(view.rows.state).view(),
                                   view.rows.state.mac.view()) ||
      !open_fields(keys(), view)) {
    return refuse(Fault::row_tampered, id);
  }
  view.state = told_state(*directory_now, view.rows);
  view.marks = marks_of(*directory_now, view.rows);
  if (!terminal(view.state)) {
    view.edited_payload.clear();
    view.reason.clear();
  }
  return view;
}

std::expected<std::string, Refused> Engine::project_of(std::string_view request) {
  auto place = reader().request_place(request);
  if (!place) return refuse(Fault::stopping);
  if (!*place) return refuse(gone(*directory(), request, {}), request);
  if (!shown(*directory(), (*place)->project, (*place)->leaf_index)) return refuse(Fault::unknown);
  return std::move((*place)->project);
}

// Why there is no row: it was erased, or never there for whoever asks.
Fault Engine::gone(const Directory& directory_now, std::string_view id, std::string_view project) {
  const auto erasure = reader().erasure(id);
  if (!erasure) return Fault::stopping;
  const bool theirs = *erasure && (project.empty() || (*erasure)->project == project);
  return theirs && directory_now.project((*erasure)->project) != nullptr ? Fault::erased
                                                                         : Fault::unknown;
}

std::vector<RequestView> Engine::requests(const store::RequestFilter& filter) {
  std::vector<RequestView> answer;
  auto rows = reader().requests(filter);
  if (!rows) return answer;
  const DirectoryPtr directory_now = directory();
  for (auto& row : *rows) {
    if (!shown(*directory_now, row.request.project, row.request.leaf_index)) continue;
    RequestView view;
    view.state = told_state(*directory_now, row);
    view.marks = marks_of(*directory_now, row);
    view.rows = std::move(row);
    answer.push_back(std::move(view));
  }
  return answer;
}

store::Result<std::optional<store::Session>> Engine::session(const Digest& token) {
  thread_local KeptSessions kept;
  // Before the row is read: one that changes meanwhile is kept as older than the change.
  const std::uint64_t change = impl_->published.sessions;
  if (kept.engine != impl_->number || kept.change != change ||
      kept.rows.size() >= kept_sessions_max) {
    kept = {.engine = impl_->number, .change = change, .rows = {}};
  }
  if (const auto found = kept.rows.find(token); found != kept.rows.end()) return found->second;
  auto row = reader().session(token);
  if (row && *row) kept.rows.emplace(token, **row);
  return row;
}

std::expected<HandoffView, Refused> Engine::handoff(std::string_view id, std::string_view project) {
  return view_handoff(reader(), keys(), *directory(), id, project);
}

std::optional<Fault> Engine::deciding_blocked() const {
  if (impl_->published.signer_away) return Fault::signer_unavailable;
  if (impl_->published.clock_unsafe) return Fault::clock_unsafe;
  return std::nullopt;
}

std::optional<Fault> Engine::ingest_blocked() const {
  if (impl_->published.signer_away) return Fault::signer_unavailable;
  if (disk_low(impl_->options, impl_->world.store)) return Fault::disk_reserve;
  return std::nullopt;
}

bool Engine::scrub_due() const {
  return impl_->published.scrub_due;
}

const Feed& Engine::feed() const {
  return impl_->published.feed;
}

}  // namespace lp::core
