#include "core/project_secrets.h"

#include "base/id.h"
#include "base/text.h"
#include "core/work.h"

namespace lp::core {
namespace {

constexpr std::size_t secret_bytes = 32;

struct Purpose {
  const char* name;
  const char* prefix;  // of the secret's text
};
constexpr Purpose purposes[] = {{claims_purpose, "lp_clm_"}, {escrow_purpose, "lp_esc_"}};

std::optional<store::ProjectSecret> new_secret(World& world, const std::string& project,
                                               const Purpose& purpose, Instant now) {
  const Secret text(purpose.prefix + base64url(world.entropy.bytes(secret_bytes)));
  auto sealed = world.keys.wrap(text.reveal(), now, world.entropy);
  if (!sealed) return std::nullopt;
  return store::ProjectSecret{.id = new_id("sec", now, world.entropy),
                              .project = project,
                              .purpose = purpose.name,
                              .sealed = *std::move(sealed),
                              .created = now};
}

}  // namespace

bool make_secrets(Work& work, const std::string& project) {
  for (const Purpose& purpose : purposes) {
    auto made = new_secret(work.world, project, purpose, work.now);
    if (!made) return false;
    work.batch.writes.emplace_back(*made);
    work.change_directory().secrets.insert_or_assign({project, purpose.name}, *std::move(made));
  }
  return true;
}

std::expected<void, std::string> make_missing_secrets(World& world) {
  auto directory = std::make_shared<Directory>(*world.directory);
  store::Batch batch;
  for (const auto& [id, project] : directory->projects) {
    for (const Purpose& purpose : purposes) {
      if (directory->secrets.contains({id, purpose.name})) continue;
      auto made = new_secret(world, id, purpose, world.clock.now());
      if (!made) return std::unexpected("The wrap key of this month cannot be written.");
      batch.writes.emplace_back(*made);
      directory->secrets.emplace(std::pair(id, purpose.name), *std::move(made));
    }
  }
  if (batch.empty()) return {};
  batch.settings.push_back(
      {.name = "directory_mac", .value = world.keys.directory_mac(*directory).hex()});
  if (const auto done = world.store.commit(batch); !done) return std::unexpected(done.error().what);
  world.directory = std::move(directory);
  return {};
}

std::optional<Secret> open_secret(const Keys& keys, const Directory& directory,
                                  const std::string& project, const std::string& purpose) {
  return keys.unwrap(directory.secret(project, purpose).sealed);
}

}  // namespace lp::core
