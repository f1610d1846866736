#include "server/witness_submitter.h"

#include <fmt/core.h>
#include <pthread.h>

#include "base/file.h"
#include "base/log.h"
#include "core/ground.h"
#include "core/root_log.h"
#include "core/tiles.h"
#include "tlog/tree.h"

namespace lp::server {
namespace {

constexpr std::size_t policy_bytes_max = 1 << 20;
constexpr std::int64_t look_ms = 1'000;
constexpr std::size_t answer_bytes_max = 16 * 1'024;

// What stands between the scheme and the path: the form that the guard reads.
std::string authority_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find('/')));
}

const core::ProjectView* project_of(const core::Directory& directory, const std::string& origin) {
  for (const auto& [id, project] : directory.projects) {
    if (project.row.origin == origin) return &project;
  }
  return nullptr;
}

SignedHead head_of(const std::string& origin, const core::LiveLog& live) {
  const auto note = live.checkpoint.load(), cosigned = live.cosigned.load();
  return {.origin = origin, .note = note ? *note : "", .cosigned = cosigned ? *cosigned : ""};
}

std::optional<std::vector<Digest>> proof_between(core::Engine& engine, const std::string& origin,
                                                 std::uint64_t old_size, std::uint64_t size) {
  const auto directory = engine.directory();
  const core::ProjectView* project = project_of(*directory, origin);
  store::Reader& reader = engine.reader();
  return tlog::consistency_proof(old_size, size,
                                 project == nullptr
                                     ? core::hashes_of_root_log(reader, size)
                                     : core::hashes_of_log(reader, project->row.id, size));
}

}  // namespace

std::expected<WitnessPolicy, std::string> read_witness_policy(const std::string& path) {
  if (path.empty()) return WitnessPolicy{};
  auto text = read_file(path, policy_bytes_max);
  if (!text) return std::unexpected(to_string(text.error()));
  auto policy = tlog::Policy::parse(*text);
  if (!policy) {
    return std::unexpected(
        fmt::format("{}, line {}: {}.", path, policy.error().line, policy.error().what));
  }
  for (const tlog::PolicyWitness& witness : policy->witnesses()) {
    if (authority_of(witness.url).empty()) {
      return std::unexpected(
          fmt::format("{}: the witness {} has no URL to send to.", path, witness.name));
    }
  }
  if (!policy->needs_nobody() && !policy->threshold()) {
    return std::unexpected(
        path + ": the quorum is a group of groups, which no trust file can say; name witnesses.");
  }
  return WitnessPolicy{*std::move(text), *std::move(policy)};
}

std::expected<std::unique_ptr<WitnessSubmitter>, std::string> WitnessSubmitter::make(
    core::Engine& engine, tlog::Policy policy, Announce announce) {
  // Who writes the policy says where to connect to; nothing else may be reached.
  std::vector<std::string> allow;
  for (const tlog::PolicyWitness& witness : policy.witnesses()) {
    allow.push_back(authority_of(witness.url));
  }
  auto guard = outbound::Guard::make(allow);
  if (!guard) return std::unexpected("witness.policy: " + guard.error());
  return std::unique_ptr<WitnessSubmitter>(
      new WitnessSubmitter(engine, std::move(policy), std::move(announce), *std::move(guard)));
}

WitnessSubmitter::WitnessSubmitter(core::Engine& engine, tlog::Policy policy, Announce announce,
                                   outbound::Guard guard)
    : engine_(engine),
      announce_(std::move(announce)),
      cosigning_(std::move(policy),
                 [this](const std::string& origin, std::uint64_t old_size, std::uint64_t size) {
                   return proof_between(engine_, origin, old_size, size);
                 }),
      transfers_(std::move(guard), {.answer_bytes_max = answer_bytes_max, .keep_body = true}) {}

WitnessSubmitter::~WitnessSubmitter() {
  stop();
}

void WitnessSubmitter::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "lp-witness");
    loop();
  });
}

void WitnessSubmitter::stop() {
  ending_ = true;
  transfers_.wake();
  if (thread_.joinable()) thread_.join();
}

void WitnessSubmitter::loop() {
  std::int64_t next_look_ms = 0;
  while (!ending_) {
    const std::int64_t now_ms = engine_.clock().monotonic_ms();
    if (now_ms >= next_look_ms) {
      look();
      stop_contradicted();
      next_look_ms = now_ms + look_ms;
    }
    for (auto& done : transfers_.wait(std::max<std::int64_t>(1, next_look_ms - now_ms))) {
      const auto note =
          cosigning_.take(done.id, done.answer.status, done.body, engine_.clock().monotonic_ms());
      if (note) keep(*note);
      // A witness that names another size is asked anew at once, or known to be ahead.
      if (done.answer.status == 409) next_look_ms = 0;
    }
    stop_contradicted();
  }
}

void WitnessSubmitter::look() {
  const auto directory = engine_.directory();
  std::vector<SignedHead> heads;
  for (const auto& [id, project] : directory->projects) {
    // Of a log that was closed a witness knows more than there is, and that is settled.
    if (directory->succeeded(id) || directory->closed.contains(id)) continue;
    heads.push_back(head_of(project.row.origin, *project.live));
  }
  heads.push_back(
      head_of(core::RootLog::origin_of(directory->log_name, directory->root_log.value_or("")),
              *directory->root));
  for (auto& errand : cosigning_.due(heads, engine_.clock().monotonic_ms())) {
    transfers_.begin(errand.id, {.url = std::move(errand.url),
                                 .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                                             {"User-Agent", "LetsPing-Log/1"}},
                                 .body = std::move(errand.body)});
  }
}

// A witness knows better: the log is stopped before anything more is signed.
void WitnessSubmitter::stop_contradicted() {
  for (auto& found : cosigning_.contradictions()) {
    const auto noted = engine_.run(core::NoteWitnessAhead{.origin = std::move(found.origin),
                                                          .witness = std::move(found.witness)});
    if (!noted) {
      log::error("witness.not_noted", "A log that a witness contradicts could not be stopped.",
                 {{"why", core::to_string(noted.error().fault)}});
    }
  }
}

void WitnessSubmitter::keep(const CosignedNote& note) {
  const auto kept = engine_.run(core::KeepCosigned{
      .head = {.origin = note.origin, .size = note.size, .note = note.note, .mac = {}}});
  if (!kept) return;  // the server is stopping or its signer away; it is cosigned anew later
  const auto directory = engine_.directory();
  const core::ProjectView* project = project_of(*directory, note.origin);
  const auto& live = project == nullptr ? directory->root : project->live;
  live->cosigned.store(std::make_shared<const std::string>(note.note));
  announce_({std::string(core::witnessed_topic)});
}

}  // namespace lp::server
