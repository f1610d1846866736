// What operators do at the socket: projects, keys, webhooks, setup links, the clock.

#include <algorithm>

#include "base/assert.h"
#include "base/id.h"
#include "base/text.h"
#include "core/agent_commands.h"
#include "core/apply.h"
#include "core/disk.h"
#include "core/engine.h"
#include "core/operator_event.h"
#include "core/permits.h"
#include "core/project_secrets.h"
#include "core/recovery.h"
#include "core/work.h"
#include "crypto/hash.h"
#include "identity/api_key.h"
#include "identity/setup_token.h"

namespace lp::core {
namespace {

using evidence::EventType;

json::Value key_entry(Work& work, const store::ApiKey& key) {
  auto entry = json::Value::object();
  entry.add("kind", "api_key")
      .add("id", key.id)
      .add("role", identity::to_string(key.role))
      .add("name", key.name)
      .add("salt", base64(work.world.entropy.bytes(32)));
  return entry;
}

// Who gave a command, and who answers for what it makes.
struct Giver {
  evidence::Actor actor;
  std::string member;
};
Giver local_operator(const Work& work) {
  return {.actor = operator_actor(),
          .member = work.directory().setup_owner.value_or("setup_owner")};
}

Work::Event event_by(const Work& work, std::string_view project, EventType type,
                     const evidence::Actor& actor) {
  Work::Event event = operator_event(work, project, type);
  event.statement.actor = actor;
  return event;
}

Applied<CreateKey> create_key(Work& work, const CreateKey& command, const Giver& giver) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  Entropy& entropy = work.world.entropy;
  Secret text(identity::new_api_key(command.role, entropy));
  const store::ApiKey key{.id = new_id("key", work.now, entropy),
                          .project = command.project,
                          .role = command.role,
                          .name = command.name,
                          .digest = identity::api_key_digest(text.reveal()),
                          .made_by = giver.member,
                          .created = work.now,
                          .revoked = {}};
  Work::Event event = event_by(work, command.project, EventType::key_added, giver.actor);
  event.evidence.push_back(key_entry(work, key));
  work.append(**log, std::move(event));
  work.batch.writes.emplace_back(key);
  work.change_directory().keys.insert_or_assign(std::string(key.digest.view()), key);
  return CreateKey::Result{.id = key.id, .key = std::move(text)};
}

Applied<RevokeKey> revoke_key(Work& work, const RevokeKey& command, const evidence::Actor& actor) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const auto& keys = work.directory().keys;
  const auto found = std::ranges::find_if(keys, [&](const auto& item) {
    return item.second.id == command.id && item.second.project == command.project;
  });
  if (found == keys.end()) return refuse(Fault::unknown);
  if (found->second.revoked) return refuse(Fault::already_revoked, {}, command.id);
  store::ApiKey key = found->second;
  key.revoked = work.now;
  Work::Event event = event_by(work, command.project, EventType::key_revoked, actor);
  event.evidence.push_back(key_entry(work, key));
  work.append(**log, std::move(event));
  work.batch.writes.emplace_back(key);
  work.change_directory().keys.insert_or_assign(std::string(key.digest.view()), key);
  // What nobody can claim any more does not stay open.
  if (key.role == identity::KeyRole::executor) {
    revoke_permits_of(work, command.project, key.id, actor);
  }
  return RevokeKey::Result{};
}

json::Value webhook_entry(Work& work, const store::Webhook& webhook) {
  auto entry = json::Value::object();
  entry.add("kind", "webhook")
      .add("id", webhook.id)
      .add("url", webhook.url)
      .add("salt", base64(work.world.entropy.bytes(32)));
  if (webhook.removed) entry.add("act", "removed");
  return entry;
}

Applied<AddWebhook> add_webhook(Work& work, const AddWebhook& command,
                                const evidence::Actor& actor) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  Entropy& entropy = work.world.entropy;
  Secret secret("lp_whk_" + base64url(entropy.bytes(32)));
  auto sealed = work.world.keys.wrap(secret.reveal(), work.now, entropy);
  if (!sealed) return refuse(Fault::disk_reserve);
  const store::Webhook webhook{.id = new_id("whk", work.now, entropy),
                               .project = command.project,
                               .url = command.url,
                               .secret_sealed = *std::move(sealed),
                               .created = work.now,
                               .removed = {}};
  Work::Event event = event_by(work, command.project, EventType::config_changed, actor);
  event.evidence.push_back(webhook_entry(work, webhook));
  work.append(**log, std::move(event));
  work.batch.writes.emplace_back(webhook);
  work.change_directory().webhooks.insert_or_assign(webhook.id, webhook);
  return AddWebhook::Result{.id = webhook.id, .secret = std::move(secret)};
}

}  // namespace

Fault fault_of(Signer::Fault fault) {
  return fault == Signer::Fault::away ? Fault::signer_unavailable : Fault::log_frozen;
}

Applied<CreateProject> apply(Work& work, CreateProject& command) {
  for (const auto& [id, project] : work.directory().projects) {
    if (project.row.name == command.name) return refuse(Fault::name_taken, {}, command.name);
  }
  World& world = work.world;
  store::Project row;
  row.id = new_id("proj", work.now, world.entropy);
  row.name = command.name;
  row.origin = work.directory().log_name + "/p/" + id_hex(row.id);
  row.payloads = command.payloads;
  row.created = work.now;

  // The signer knows the origin before anything of it is committed: a log without signer state can
  // then only mean that the state was lost.
  if (const auto opened = world.signer.open(row.origin); !opened) {
    return refuse(fault_of(opened.error()));
  }
  if (!make_secrets(work, row.id)) return refuse(Fault::disk_reserve);
  ProjectLog& log = work.begin_log(row);
  work.append(log, operator_event(work, row.id, EventType::log_opened));
  return CreateProject::Result{.id = row.id, .origin = row.origin};
}

Applied<CreateKey> apply(Work& work, CreateKey& command) {
  return create_key(work, command, local_operator(work));
}

Applied<CreateKey> apply(Work& work, OfMember<CreateKey>& command) {
  return create_key(work, command.command,
                    {.actor = command.actor, .member = command.actor.id});
}

Applied<RevokeKey> apply(Work& work, RevokeKey& command) {
  return revoke_key(work, command, operator_actor());
}

Applied<RevokeKey> apply(Work& work, OfMember<RevokeKey>& command) {
  return revoke_key(work, command.command, command.actor);
}

Applied<AddWebhook> apply(Work& work, AddWebhook& command) {
  return add_webhook(work, command, operator_actor());
}

Applied<AddWebhook> apply(Work& work, OfMember<AddWebhook>& command) {
  return add_webhook(work, command.command, command.actor);
}

Applied<RemoveWebhook> apply(Work& work, RemoveWebhook& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const auto found = work.directory().webhooks.find(command.id);
  if (found == work.directory().webhooks.end() || found->second.project != command.project) {
    return refuse(Fault::unknown);
  }
  store::Webhook webhook = found->second;
  webhook.removed = work.now;
  Work::Event event =
      event_by(work, command.project, EventType::config_changed, command.actor);
  event.evidence.push_back(webhook_entry(work, webhook));
  work.append(**log, std::move(event));
  work.batch.writes.emplace_back(webhook);
  work.change_directory().webhooks.erase(webhook.id);
  return RemoveWebhook::Result{};
}

Applied<MakeSetupToken> apply(Work& work, MakeSetupToken&) {
  if (work.directory().set_up) return refuse(Fault::already_set_up);
  MakeSetupToken::Result result{.token = Secret(identity::new_setup_token(work.world.entropy)),
                                .expires = work.now + identity::setup_token_ms};
  work.batch.writes.emplace_back(
      store::SetupToken{.token = identity::setup_token_digest(result.token.reveal()),
                        .created = work.now,
                        .expires = result.expires});
  return result;
}

Applied<AdoptSigner> apply(Work& work, AdoptSigner& command) {
  AdoptSigner::Result result;
  World& world = work.world;
  for (auto& [id, log] : world.logs) {
    // A log with a memory is frozen because it was rolled back; that is nothing to adopt.
    if (!log.frozen || world.signer.last(log.origin) || world.signer.damaged(log.origin)) continue;
    // Nor does one go on in whose place another is open.
    if (work.directory().succeeded(id)) continue;
    std::vector<Digest> leaf_hashes;
    if (const auto why = refuse_leaves(world, log, 0, leaf_hashes)) {
      return refuse(Fault::log_frozen, {}, *why);
    }
    tlog::CompactRange range;
    for (const Digest& leaf : leaf_hashes) range.append(leaf);
    if (range.root() != log.range.root()) return refuse(Fault::log_frozen, {}, log.origin);
    if (const auto adopted = world.signer.adopt(log.origin, std::move(range)); !adopted) {
      return refuse(fault_of(adopted.error()));
    }
    freeze(log, false);
    log.signed_size = log.range.size();
    Work::Event event = operator_event(work, id, EventType::config_changed);
    auto entry = json::Value::object();
    entry.add("kind", "signer_adopted")
        .add("reason", command.reason)
        .add("salt", base64(world.entropy.bytes(32)));
    event.evidence.push_back(std::move(entry));
    work.append(log, std::move(event));
    result.origins.push_back(log.origin);
  }
  const auto root = world.root.adopt(world);
  if (!root) return refuse(Fault::log_frozen, {}, root.error());
  if (*root) result.origins.push_back(world.root.origin());
  return result;
}

Applied<AcceptClock> apply(Work& work, AcceptClock&) {
  work.world.clock_watch.accept();
  return AcceptClock::Result{};
}

Applied<RecordExport> apply(Work& work, RecordExport& command) {
  auto log = work.log(command.project);
  if (!log) return std::unexpected(log.error());
  const auto& manifest = command.manifest;
  LP_ASSERT(manifest.origin == (*log)->origin && manifest.size <= (*log)->signed_size);
  Work::Event event = operator_event(work, command.project, EventType::export_made);
  if (command.by) event.statement.actor = *command.by;
  event.statement.document = manifest.sha256();
  auto entry = json::Value::object();
  entry.add("kind", "export")
      .add("manifest", manifest.to_json())
      .add("salt", base64(work.world.entropy.bytes(32)));
  event.evidence.push_back(std::move(entry));
  return RecordExport::Result{.index = work.append(**log, std::move(event)).index};
}

}  // namespace lp::core
