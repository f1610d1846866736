#include "api/review/roster_body.h"

#include "api/errors.h"
#include "api/members.h"
#include "api/reply.h"
#include "base/text.h"
#include "core/roster_proposals.h"
#include "core/rotation.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::api {
namespace {

constexpr std::size_t document_max = 1 << 20;
constexpr std::size_t entry_max = 16 * 1'024;
constexpr std::size_t items_max = 10'000;

// The items of the array `name`; refuses what is none.
json::Array items_of(Members& members, std::string_view name) {
  const json::Value* value = members.find(name);
  if (value != nullptr && value->is_array() && value->items().size() <= items_max) {
    return value->items();
  }
  members.refuse(name, "must be an array");
  return {};
}

core::ChangeRosters::Change read_change(Members& members) {
  core::ChangeRosters::Change change;
  change.project = members.text("project", {.required = true});
  change.document.head = members.text("head", {.required = true, .max = document_max});
  change.document.signatures = members.text("signatures", {.required = true, .max = document_max});
  for (const auto& entry : items_of(members, "entries")) {
    if (!entry.is_string() || entry.as_string().size() > entry_max) {
      members.refuse("entries", "must hold the exact text of each entry");
      break;
    }
    change.document.entries.push_back(entry.as_string());
  }
  return change;
}

}  // namespace

std::expected<core::ChangeRosters, net::Reply> read_roster_change(std::string body) {
  const auto document = read_object(std::move(body));
  if (!document) return std::unexpected(document.error());
  std::optional<net::Reply> refusal;
  Members members(document->root, "", refusal);
  core::ChangeRosters command;
  for (const auto& item : items_of(members, "changes")) {
    if (!item.is_object()) {
      members.refuse("changes", "must hold objects");
      break;
    }
    Members change(item, "/changes", refusal);
    command.changes.push_back(read_change(change));
  }
  for (const auto& item : items_of(members, "names")) {
    if (!item.is_object()) {
      members.refuse("names", "must hold objects");
      break;
    }
    Members name(item, "/names", refusal);
    command.names.push_back({.member = name.text("member", {.required = true}),
                             .name = name.text("name", {.required = true})});
  }
  command.proposal = members.text("proposal");
  if (refusal) return std::unexpected(*std::move(refusal));
  return command;
}

net::Reply describe_versions(const core::ChangeRosters::Result& result) {
  json::Array versions;
  for (const auto& version : result.versions) {
    auto item = json::Value::object();
    item.add("project", version.project)
        .add("version", version.version)
        .add("sha256", version.sha256.hex());
    versions.push_back(std::move(item));
  }
  auto value = json::Value::object();
  value.add("versions", json::Value::array(std::move(versions)));
  return private_reply(json::compact(value));
}

namespace {

// Whose key it is, the one that signs without end now, and from which entry, or size, on another
// one could.
std::expected<void, net::Reply> add_rotation(Context& context, const core::Directory& directory,
                                             const evidence::RosterWish& wish, json::Value& value) {
  const core::ProjectView* project = directory.project(wish.project);
  // A proposal outlives a restart in which its log was closed, and then it is nobody's to sign.
  if (project == nullptr || directory.succeeded(wish.project)) {
    return std::unexpected(refuse(Reason::not_found));
  }
  const auto from = core::rotation_index(context.engine.reader(), *project, wish.act,
                                         context.engine.clock().now());
  if (!from) return std::unexpected(internal_error("store.read_failed", from.error().what));
  auto named = json::Value::object();
  named.add("id", project->row.id).add("name", project->row.name);
  const bool of_log = wish.act == evidence::RosterAct::rotate_log_key;
  value.add("project", std::move(named))
      .add("previous", of_log ? project->log_keys().back().vkey
                              : evidence::key_id(project->issuers().back().spki))
      .add("from", *from);
  return {};
}

void add_member(const core::Directory& directory, const evidence::RosterWish& wish,
                json::Value& value) {
  const auto known = directory.members.find(wish.member);
  auto member = json::Value::object();
  member.add("id", wish.member)
      .add("name", known == directory.members.end() ? wish.name : known->second.name);
  value.add("member", std::move(member));
  if (wish.act == evidence::RosterAct::add_member ||
      wish.act == evidence::RosterAct::change_member) {
    value.add("roles", json::text_array(wish.roles)).add("groups", json::text_array(wish.groups));
  }
}

}  // namespace

std::expected<json::Value, net::Reply> describe_proposal(Context& context,
                                                         const core::Directory& directory,
                                                         const store::RosterProposal& proposal) {
  const auto& wish = proposal.wish;
  auto value = json::Value::object();
  value.add("id", proposal.id).add("act", evidence::to_string(wish.act));
  if (evidence::rotates(wish.act)) {
    if (auto added = add_rotation(context, directory, wish, value); !added) {
      return std::unexpected(std::move(added.error()));
    }
  } else {
    add_member(directory, wish, value);
  }
  if (wish.passkey) {
    value.add("rp_id", wish.passkey->rp_id)
        .add("aaguid", wish.passkey->aaguid)
        .add("synced", wish.passkey->backup_eligible);
  }
  if (!wish.spki.empty()) {
    value.add("key", evidence::key_id(wish.spki)).add("spki", base64(wish.spki));
  }
  if (!wish.vkey.empty()) value.add("vkey", wish.vkey);
  value.add("created_at", to_string(proposal.created))
      .add("expires_at", to_string(proposal.expires));
  return value;
}

net::Reply describe_proposals(Context& context, const core::Directory& directory) {
  const auto waiting =
      core::waiting_proposals(context.engine.reader(), context.engine.clock().now());
  if (!waiting) return internal_error("store.read_failed", waiting.error().what);
  json::Array items;
  for (const auto& proposal : *waiting) {
    if (directory.succeeded(proposal.wish.project)) continue;
    auto item = describe_proposal(context, directory, proposal);
    if (!item) return std::move(item.error());
    items.push_back(*std::move(item));
  }
  auto value = json::Value::object();
  value.add("proposals", json::Value::array(std::move(items)));
  return private_reply(json::compact(value));
}

std::expected<json::Value, net::Reply> describe_rosters(Context& context,
                                                        const core::ProjectView& project) {
  json::Array rosters;
  for (std::uint64_t version = 1; version <= project.row.roster_version; ++version) {
    const auto roster = context.engine.reader().roster(project.row.id, version);
    if (!roster) {
      return std::unexpected(internal_error("store.read_failed", roster.error().what));
    }
    if (!*roster) continue;
    auto item = json::Value::object();
    item.add("version", version)
        .add("head", (*roster)->head)
        .add("entries", json::text_array((*roster)->entries))
        .add("signatures", (*roster)->signatures);
    rosters.push_back(std::move(item));
  }
  return json::Value::array(std::move(rosters));
}

std::expected<json::Value, net::Reply> describe_project(Context& context,
                                                        const core::ProjectView& project) {
  auto rosters = describe_rosters(context, project);
  if (!rosters) return std::unexpected(std::move(rosters.error()));
  auto value = json::Value::object();
  value.add("id", project.row.id)
      .add("name", project.row.name)
      .add("origin", project.row.origin)
      .add("rosters", *std::move(rosters));
  return value;
}

}  // namespace lp::api
