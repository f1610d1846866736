#include "server/installation.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "base/id.h"
#include "core/approver.h"
#include "core/home.h"
#include "core/own_notary.h"
#include "server/remote_notary.h"
#include "store/sqlite/sqlite_store.h"

namespace lp::server {
namespace {

constexpr std::size_t pkcs8_bytes_max = 4'096;

// Files that another account made, root too, are files that the server cannot read any more.
std::expected<void, std::string> check_owner(const std::string& directory) {
  struct stat status{};
  if (stat(directory.c_str(), &status) != 0 || status.st_uid == geteuid()) return {};
  return std::unexpected(
      fmt::format("{} belongs to another account (uid {}). While no server runs on it, only that "
                  "account may open it: `runuser -u USER -- letsping ...`.",
                  directory, status.st_uid));
}

core::Keys::LogKeys log_keys_of(const Place& place) {
  return place.signer_socket.empty() ? core::Keys::LogKeys::here : core::Keys::LogKeys::elsewhere;
}

std::expected<std::string, std::string> log_name_of(store::Store& store) {
  auto reader = store.reader();
  if (!reader) return std::unexpected(reader.error().what);
  const auto name = (*reader)->setting("log.name");
  if (!name) return std::unexpected(name.error().what);
  return name->value_or("");
}

}  // namespace

std::string Place::signer() const {
  if (!signer_state.empty()) return signer_state;
  const char* state = std::getenv("STATE_DIRECTORY");
  if (state != nullptr && *state != '\0') return std::string(state) + "/signer";
  // "data/" is the same directory, and its signer's state is beside it all the same, never inside.
  return data.substr(0, data.find_last_not_of('/') + 1) + ".signer";
}

bool initialised(const Place& place) {
  struct stat status{};
  return stat(place.complete().c_str(), &status) == 0;
}

// The secrets, and who signs: we, with the lock store, or a process of its own.
std::expected<void, std::string> Installation::open_signer() {
  const bool elsewhere = !place_.signer_socket.empty();
  auto keys = core::Keys::open(place_.secrets(), false, entropy_, log_keys_of(place_));
  if (!keys) return std::unexpected(keys.error());
  keys_ = *std::move(keys);
  if (elsewhere) {
    auto notary = RemoteNotary::open(place_.signer_socket, RemoteNotary::Use::holds);
    if (!notary) return std::unexpected(notary.error());
    notary_ = *std::move(notary);
    return {};
  }
  if (auto ours = check_owner(place_.signer()); !ours) return ours;
  auto locks = store::open_lock_store(place_.signer());
  if (!locks) return std::unexpected(locks.error().what);
  locks_ = *std::move(locks);
  notary_ = std::make_unique<core::OwnNotary>(*locks_, keys_->log_secret(), entropy_);
  return {};
}

std::expected<std::unique_ptr<Installation>, std::string> Installation::open(
    const Place& place, core::EngineOptions limits, Announce announce) {
  std::unique_ptr<Installation> made(new Installation);
  made->place_ = place;
  if (auto ours = check_owner(place.data); !ours) return std::unexpected(ours.error());
  auto store = store::open_sqlite(place.database());
  if (!store) return std::unexpected(store.error().what);
  made->store_ = *std::move(store);
  auto blobs = store::BlobFiles::open(place.blobs());
  if (!blobs) return std::unexpected(blobs.error().what);
  made->blobs_ = *std::move(blobs);
  if (auto opened = made->open_signer(); !opened) return std::unexpected(opened.error());
  auto log_name = log_name_of(*made->store_);
  if (!log_name) return std::unexpected(log_name.error());
  if (log_name->empty()) {
    return std::unexpected(
        fmt::format("{} is not complete: run `letsping init` again.", place.data));
  }
  limits.data_directory = place.data;
  limits.log_name = *log_name;
  if (!announce) announce = [](std::vector<std::string>) {};
  made->engine_ = std::make_unique<core::Engine>(std::move(limits), *made->store_, *made->notary_,
                                                 *made->blobs_, *made->keys_, made->clock_,
                                                 made->entropy_, std::move(announce));
  if (auto started = made->engine_->start(); !started) return std::unexpected(started.error());
  return made;
}

Installation::~Installation() = default;

std::optional<crypto::P256Key> Installation::test_approver() const {
  if (!engine_->directory()->test) return std::nullopt;
  const auto der = read_secret_file(place_.test_approver(), pkcs8_bytes_max);
  if (!der) return std::nullopt;
  return crypto::P256Key::from_pkcs8(der->reveal());
}

namespace {

std::expected<void, std::string> make_directories(const Place& place) {
  for (const std::string& path : {place.data, place.secrets(), place.blobs()}) {
    if (auto made = make_directory(path, 0700); !made) {
      return std::unexpected(lp::to_string(made.error()));
    }
  }
  return {};
}

// The settings that are chosen once. Keeps what an interrupted run chose.
std::expected<void, std::string> write_settings(const Place& place, const Initial& initial,
                                                Entropy& entropy) {
  auto store = store::open_sqlite(place.database());
  if (!store) return std::unexpected(store.error().what);
  auto name = log_name_of(**store);
  if (!name) return std::unexpected(name.error());
  if (!name->empty()) return {};
  store::Batch batch;
  batch.settings.push_back(
      {.name = "log.name",
       .value = initial.log_name.empty() ? hex(entropy.bytes(8)) : initial.log_name});
  if (initial.test) batch.settings.push_back({.name = "test", .value = "1"});
  if (auto done = (*store)->commit(batch); !done) return std::unexpected(done.error().what);
  return {};
}

std::expected<void, std::string> make_test_approver(Installation& installation,
                                                    const Place& place) {
  core::Engine& engine = installation.engine();
  auto key = installation.test_approver();
  if (!key) {
    key = crypto::P256Key::generate();
    const auto written = create_file_durably(place.test_approver(), key->pkcs8().reveal(), 0400);
    if (!written) return std::unexpected(lp::to_string(written.error()));
  }
  const Instant now = engine.clock().now();
  const std::string member = new_id("mem", now, engine.entropy());
  core::SetUp set_up{.name = "Test approver", .spki = key->spki(), .with_session = false};
  for (const auto& [id, project] : engine.directory()->projects) {
    set_up.rosters.push_back(core::sign_first_roster(project, *key, member, now, engine.entropy()));
  }
  const auto done = engine.run(std::move(set_up));
  if (!done) return std::unexpected(std::string(core::to_string(done.error().fault)));
  return {};
}

}  // namespace

std::expected<void, std::string> initialise(const Place& place, const Initial& initial) {
  if (initialised(place)) return {};
  crypto::SystemEntropy entropy;
  if (auto made = make_directories(place); !made) return made;
  if (auto keys = core::Keys::open(place.secrets(), true, entropy, log_keys_of(place)); !keys) {
    return std::unexpected(keys.error());
  }
  if (auto written = write_settings(place, initial, entropy); !written) return written;
  auto installation = Installation::open(place);
  if (!installation) return std::unexpected(installation.error());
  core::Engine& engine = (*installation)->engine();
  if (engine.directory()->projects.empty()) {
    const auto project = engine.run(core::CreateProject{.name = "default"});
    if (!project) return std::unexpected(std::string(core::to_string(project.error().fault)));
  }
  if (engine.directory()->test && !engine.directory()->set_up) {
    if (auto made = make_test_approver(**installation, place); !made) return made;
  }
  // Until `serve` is told under which name people reach it, there is none but this machine's own.
  if (!engine.directory()->set_up) {
    if (const auto set = engine.run(core::SetHome{}); !set) {
      return std::unexpected(std::string(core::to_string(set.error().fault)));
    }
  }
  // Written last: a directory without it is one whose making was interrupted.
  if (auto marked = write_file_durably(place.complete(), "", 0600); !marked) {
    return std::unexpected(lp::to_string(marked.error()));
  }
  return {};
}

}  // namespace lp::server
