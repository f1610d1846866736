#include "core/sequencer.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/assert.h"
#include "base/log.h"
#include "core/apply.h"
#include "core/log_rotation.h"
#include "core/permits.h"
#include "json/value.h"
#include "store/change.h"

namespace lp::core {
namespace {

constexpr std::int64_t idle_ms_max = 1'000;
constexpr std::size_t expiries_per_batch = 512;
constexpr int exit_stopped = 70;
constexpr std::size_t writes_per_job = 4;  // what an ask makes, and most others fewer
constexpr int scrub_patience_ms = 2'000;   // nothing else is done meanwhile
constexpr std::int64_t purge_every_ms = 3'600'000;
constexpr std::chrono::milliseconds away_pause{100};  // between two looks for the signer
constexpr std::chrono::milliseconds short_pause{10};  // the same while callers still wait
constexpr std::int64_t idempotency_ms = 7LL * 24 * 3'600'000;

// No answer that rests on this batch is ever sent: the gate is closed and stays closed.
[[noreturn]] void stop_process(std::string_view event, std::string_view what) {
  log::error(event, what);
  _exit(exit_stopped);
}

// Whoever sent these is told that the signer is away, and nothing is done.
void send_away(std::vector<Job>& jobs) {
  for (Job& job : jobs) job(nullptr)(Standing::not_signed_yet);
}

}  // namespace

Sequencer::Sequencer(World& world, Published& published, std::size_t queue_max,
                     std::size_t batch_max, std::function<void(std::vector<std::string>)> announce)
    : world_(world),
      published_(published),
      queue_(queue_max),
      batch_max_(batch_max),
      announce_(std::move(announce)) {}

Sequencer::~Sequencer() {
  stop();
}

void Sequencer::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "lp-core");
    loop();
  });
}

void Sequencer::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

std::chrono::milliseconds Sequencer::patience() {
  if (published_.signer_away) return away_pause;
  std::int64_t wait_ms = idle_ms_max;
  if (const auto next = world_.expiry.next()) {
    wait_ms = std::clamp<std::int64_t>(*next - world_.clock.now(), 0, idle_ms_max);
  }
  if (const auto next = world_.permits_due.next()) {
    wait_ms = std::clamp<std::int64_t>(*next - world_.clock.now(), 0, wait_ms);
  }
  if (const auto due = world_.root.due_ms()) {
    wait_ms = std::clamp<std::int64_t>(*due - world_.clock.monotonic_ms(), 0, wait_ms);
  }
  return std::chrono::milliseconds(wait_ms);
}

void Sequencer::loop() {
  while (true) {
    std::vector<Job> jobs = queue_.drain(patience());
    const bool idle = jobs.empty();
    if (!signer_ready()) {
      send_away(jobs);
      if (idle && queue_.closed()) return;
      continue;
    }
    std::size_t first = 0;
    do {
      const std::size_t count = std::min(batch_max_, jobs.size() - first);
      if (!run_batch(jobs, first, count)) {
        jobs.erase(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(first + count));
        for (; !jobs.empty(); jobs = queue_.drain({})) send_away(jobs);
        return;
      }
      first += count;
    } while (first < jobs.size());
    anchor();
    if (queue_.size() == 0) make_room();
    if (!idle) continue;
    if (queue_.closed()) return;
    const std::int64_t now_ms = world_.clock.monotonic_ms();
    if (now_ms - last_tidy_ms_ < idle_ms_max) continue;
    last_tidy_ms_ = now_ms;
    if (published_.scrub_due) scrub(0);
    // Pages go from the log back into the file while nobody waits.
    if (const auto done = world_.store.checkpoint(); !done) {
      stop_process("store.checkpoint_failed", done.error().what);
    }
  }
}

// While nobody waits. A log that cannot be flushed now would fail the next commit.
void Sequencer::make_room() {
  if (const auto done = world_.store.make_room(); !done) {
    stop_process("store.make_room_failed", done.error().what);
  }
}

bool Sequencer::run_batch(std::vector<Job>& jobs, std::size_t first, std::size_t count) {
  Work work(world_);
  Gate gate;
  begin(count);
  look_at_clock(work);
  expire_due(work, expiries_per_batch);
  end_due_permits(work, expiries_per_batch);
  purge(work);
  wrap_keys_.step(work);
  work.batch.writes.reserve(writes_per_job * count);
  for (std::size_t i = first; i < first + count; ++i) gate.hold(jobs[i](&work));
  work.finish();
  commit(work);
  if (!work.batch.empty()) {
    if (!settle(work, gate)) return false;
    publish(work);
  }
  // Before the replies: whoever has one knows that the clock was looked at.
  published_.clock_unsafe = world_.clock_watch.unsafe();
  gate.open();
  // What was wrapped under an old key is not to be found in the write-ahead log either.
  if (!wrap_keys_.destroy(world_).empty()) scrub(0);
  // Also when there are no topics: answers that are made elsewhere leave with it.
  announce_(work.topics());
  return true;
}

// Looked at before anything is decided: what cannot be signed now is better not committed. Who asks
// while the signer is being restarted waits a moment; who asks later is told at once.
bool Sequencer::signer_ready() {
  using std::chrono::steady_clock;
  bool ready = world_.signer.ready();
  if (!ready && !published_.signer_away) {
    const auto until =
        steady_clock::now() + std::chrono::milliseconds(world_.options.signer_patience_ms);
    while (!ready && !queue_.closed() && steady_clock::now() < until) {
      std::this_thread::sleep_for(short_pause);
      ready = world_.signer.ready();
    }
  }
  note_signer(!ready);
  return ready;
}

void Sequencer::note_signer(bool away) {
  if (published_.signer_away.exchange(away) == away) return;
  if (away) {
    log::error("signer.away",
               "The signer does not answer: nothing is taken or decided until it "
               "is back.");
  } else {
    log::info("signer.back", "The signer answers again.");
  }
}

// What was committed is signed before anybody hears of it, however long the signer is away. False
// when the server is told to stop meanwhile: the next start checks and signs it.
bool Sequencer::settle(const Work& work, Gate& gate) {
  using std::chrono::steady_clock;
  const auto until =
      steady_clock::now() + std::chrono::milliseconds(world_.options.signer_patience_ms);
  while (!show_rosters(work) || !sign(work) || !bury(work)) {
    if (queue_.closed()) {
      gate.send_away();
      return false;
    }
    if (steady_clock::now() < until) {
      std::this_thread::sleep_for(short_pause);
      continue;
    }
    note_signer(true);
    gate.send_away();
    std::vector<Job> jobs = queue_.drain(away_pause);
    send_away(jobs);
    // A queue that is never empty would else have us ask as fast as it is filled.
    if (!jobs.empty()) std::this_thread::sleep_for(short_pause);
  }
  note_signer(false);
  return true;
}

void Sequencer::look_at_clock(Work& work) {
  const auto step = world_.clock_watch.look(world_.clock);
  if (!step) return;
  log::warning("clock.stepped", "The clock moved by more than a clock may.",
               {{"by_ms", step->by_ms}});
  auto clock = json::Value::object();
  clock.add("by_ms", std::to_string(step->by_ms));
  for (auto& [id, log] : world_.logs) {
    if (log.frozen) continue;
    Work::Event event;
    event.statement.type = evidence::EventType::clock_adjusted;
    event.statement.actor = {.id = "system",
                             .kind = evidence::ActorKind::system,
                             .method = evidence::ActorMethod::clock,
                             .key = {}};
    event.statement.clock = clock;
    event.statement.marks = world_.directory->project(id)->marks;
    work.append(log, std::move(event));
  }
}

// Idempotency keys live seven days (approval.md); what says itself when it ends is gone then.
void Sequencer::purge(Work& work) {
  if (work.now - last_purge_ < purge_every_ms) return;
  last_purge_ = work.now;
  work.batch.removals.emplace_back(
      store::DeleteIdempotencyBefore{.created = work.now + -idempotency_ms});
  work.batch.removals.emplace_back(store::DeleteExpired{.now = work.now});
}

// What the jobs of a batch look up is read in the transaction that will hold what they write: a
// snapshot for each look costs a lone decision as much as the looks themselves.
void Sequencer::begin(std::size_t jobs) {
  if (jobs == 0) return;
  if (const auto done = world_.store.begin(); !done) {
    stop_process("store.begin_failed", done.error().what);
  }
}

void Sequencer::commit(Work& work) {
  if (const auto done = world_.store.commit(work.batch); !done) {
    stop_process("store.commit_failed", done.error().what);
  }
  // Which of the removals take sessions along is the store's to know.
  const bool written = std::ranges::any_of(work.batch.writes.all(), [](const store::Write& write) {
    return std::holds_alternative<store::Session>(write);
  });
  if (written || !work.batch.removals.empty()) ++published_.sessions;
}

// Owners perhaps signed for another log key: whoever signs the checkpoint over that knows of it
// first. False while the signer is away.
bool Sequencer::show_rosters(const Work& work) {
  for (const std::string& project : work.touched()) {
    ProjectLog& log = world_.logs.find(project)->second;
    const std::uint64_t version = work.directory().project(project)->row.roster_version;
    const auto shown = core::show_rosters(world_, log, version);
    if (shown) continue;
    if (shown.error() == Notary::Fault::away) return false;
    stop_process("signer.refused", "A roster could not be shown to who signs, or kept there.");
  }
  return true;
}

// Signs what the database gives back, not what memory holds: a bit that flipped on the way to
// storage must not be signed, because it would end the log for ever (security.md D-63). False while
// the signer is away.
bool Sequencer::sign(const Work& work) {
  std::vector<Signer::Extension> extensions;
  std::vector<ProjectLog*> logs;
  for (const std::string& project : work.touched()) {
    ProjectLog& log = world_.logs.find(project)->second;
    if (log.signed_size == log.range.size()) continue;
    auto leaves =
        world_.reader.leaf_bodies(project, log.signed_size, log.range.size() - log.signed_size);
    if (!leaves || leaves->size() != log.range.size() - log.signed_size) {
      stop_process("store.read_back_failed", "What was committed cannot be read back.");
    }
    Signer::Extension extension{.origin = log.origin, .leaf_hashes = {}, .root = log.range.root()};
    for (const auto& leaf : *leaves) extension.leaf_hashes.push_back(tlog::leaf_hash(leaf));
    extensions.push_back(std::move(extension));
    logs.push_back(&log);
  }
  if (extensions.empty()) return true;
  const auto heads = world_.signer.extend(extensions);
  if (!heads && heads.error() == Signer::Fault::away) return false;
  if (!heads) stop_process("signer.refused", "The checkpoint could not be signed and kept.");
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const auto& head = (*heads)[i];
    logs[i]->signed_size = head.size;
    core::publish(*logs[i]->live, head);
    world_.root.touch(logs[i]->head.project);
  }
  return true;
}

// After the gate: nothing that was asked waits for the root log.
void Sequencer::anchor() {
  const auto due = world_.root.due_ms();
  if (!due || *due > world_.clock.monotonic_ms()) return;
  const auto done = world_.root.anchor(world_);
  if (done) return;
  switch (done.error()) {
    case RootLog::Fault::commit:
      stop_process("store.commit_failed", "The root log could not be committed.");
    case RootLog::Fault::read_back:
      stop_process("store.read_back_failed", "What was anchored cannot be read back.");
    case RootLog::Fault::not_kept:
      stop_process("signer.refused", "The root log's checkpoint could not be kept.");
  }
}

// What makes an erasure last: what a copy of the data cannot bring back, no file and no byte in the
// write-ahead log. A crash before it is made good at the next start (erasing_again.cpp). False
// while the signer is away, whose memory the tombstones are.
bool Sequencer::bury(const Work& work) {
  if (work.tombstones().empty() && work.gone_people().empty()) return true;
  if (const auto kept = world_.tombstones.keep(work.tombstones(), work.gone_people()); !kept) {
    if (world_.notary.elsewhere()) return false;
    stop_process("tombstone.not_kept", kept.error().what);
  }
  for (const Tombstone& tombstone : work.tombstones()) {
    if (const auto gone = world_.blobs.remove_of(tombstone.erasure.request); !gone) {
      stop_process("blob.not_removed", gone.error().what);
    }
  }
  scrub(scrub_patience_ms);
  return true;
}

void Sequencer::scrub(int patience_ms) {
  const auto empty = world_.store.scrub(patience_ms);
  if (!empty) stop_process("store.scrub_failed", empty.error().what);
  if (!*empty && !published_.scrub_due) {
    log::warning("store.scrub_waits",
                 "A reader keeps an old snapshot: what was erased stays in the write-ahead log "
                 "until it is done.");
  }
  published_.scrub_due = !*empty;
}

void Sequencer::publish(Work& work) {
  for (const auto& [project, delta] : work.pending_delta) {
    auto& pending = world_.logs.find(project)->second.live->pending;
    pending = static_cast<std::uint64_t>(static_cast<std::int64_t>(pending.load()) + delta);
  }
  if (auto directory = work.changed_directory()) {
    world_.directory = directory;
    published_.directory.store(std::move(directory));
  }
  if (auto notices = work.notices(); !notices.empty()) {
    work.announce(std::string(Feed::topic));
    published_.feed.publish(std::move(notices));
  }
  published_.closed.store(work.closed());
}

}  // namespace lp::core
