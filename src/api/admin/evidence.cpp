#include "api/admin/evidence.h"

#include <algorithm>

#include "api/admin/things.h"
#include "api/errors.h"
#include "api/evidence/leaves.h"
#include "api/evidence/root_log.h"
#include "api/reply.h"
#include "api/review/roster_body.h"
#include "base/assert.h"
#include "base/text.h"
#include "core/passkeys.h"
#include "core/root_log.h"
#include "evidence/succession.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::api {
namespace {

// Of a log that was closed: nobody may show a checkpoint of it beyond what was signed by then. The
// document of its successor says that, under the owners' signatures.
std::optional<std::uint64_t> closed_size(Context& context, const std::string& successor) {
  const auto opening = context.engine.reader().leaf(successor, 0);
  const auto record =
      opening && *opening ? evidence::SuccessionRecord::find((*opening)->evidence) : std::nullopt;
  const auto document =
      record ? evidence::SuccessionDocument::parse(record->document) : std::nullopt;
  // Where only a witness knew of more, the signer's memory was restored too: the end is not known.
  if (!document || document->last_signed.size <= document->restored.size) return std::nullopt;
  return document->last_signed.size;
}

// The root logs before the one that is open, the newest first.
json::Array describe_closed_roots(const core::Directory& directory) {
  json::Array roots;
  for (const std::string& origin :
       core::RootLog::origins_before(directory.log_name, directory.root_log.value_or(""))) {
    const auto key = directory.other_vkeys.find(origin);
    LP_ASSERT(key != directory.other_vkeys.end());
    auto root = json::Value::object();
    root.add("origin", origin).add("log_vkeys", json::Value::array({json::Value(key->second)}));
    roots.push_back(std::move(root));
  }
  return roots;
}

// Where passkeys may have been used.
json::Array describe_parties(const core::Directory& directory) {
  json::Array parties;
  for (const auto& party : core::relying_parties(directory)) {
    auto value = json::Value::object();
    value.add("rpId", party.rp_id).add("origins", json::text_array(party.origins));
    parties.push_back(std::move(value));
  }
  return parties;
}

// All that it ever had, for what each of them signed stays signed. Once there is more than one,
// with the sizes that each signs.
void add_log_keys(const core::ProjectView& project, json::Value& value) {
  json::Array vkeys, ranges;
  for (const auto& range : project.log_keys()) {
    auto item = json::Value::object();
    item.add("vkey", range.vkey).add("from", range.from);
    item.add_if("to", range.to);
    ranges.push_back(std::move(item));
    vkeys.emplace_back(range.vkey);
  }
  const bool rotated = ranges.size() > 1;
  value.add("log_vkeys", json::Value::array(std::move(vkeys)));
  if (rotated) value.add("log", json::Value::array(std::move(ranges)));
}

json::Value describe_trust(Context& context, const Call& call, const core::ProjectView& project) {
  json::Array issuers;
  for (const auto& range : project.issuers()) {
    auto issuer = json::Value::object();
    issuer.add("spki", base64(range.spki)).add("from", range.from);
    issuer.add_if("to", range.to);
    issuers.push_back(std::move(issuer));
  }
  auto min = json::Value::object();
  min.add("human", "device").add("log", "logged");
  auto value = json::Value::object();
  value.add("origin", project.row.origin)
      .add("project", project.row.id)
      .add("name", project.row.name);
  add_log_keys(project, value);
  value.add("root", describe_root(*call.directory))
      .add("issuer", json::Value::array(std::move(issuers)))
      .add("min", std::move(min));
  auto parties = describe_parties(*call.directory);
  if (!parties.empty()) value.add("rp", json::Value::array(std::move(parties)));
  if (auto policy = describe_witnesses(*call.directory)) {
    value.add("witness_policy", *std::move(policy));
  }
  const auto genesis = context.engine.reader().roster(project.row.id, 1);
  if (genesis && *genesis) value.add("roster_genesis_sha256", (*genesis)->sha256.hex());
  // So that a receipt may leave out the history before.
  if (project.row.roster_version > 1 && project.row.roster_sha256) {
    value.add("roster_sha256", json::Value::array({json::Value(project.row.roster_sha256->hex())}));
  }
  value.add("single_operator", project.row.single_operator);
  auto roots = describe_closed_roots(*call.directory);
  if (!roots.empty()) value.add("closed_roots", json::Value::array(std::move(roots)));
  const auto& successors = call.directory->successors;
  if (const auto after = successors.find(project.row.id); after != successors.end()) {
    value.add_if("closed_at", closed_size(context, after->second));
  }
  return value;
}

// The logs before this one, the newest first.
json::Array describe_predecessors(Context& context, const Call& call, const std::string& project) {
  json::Array items;
  const auto& successors = call.directory->successors;
  for (std::string at = project;;) {
    const auto before = std::ranges::find(successors, at, &core::Successors::value_type::second);
    if (before == successors.end()) return items;
    items.push_back(describe_trust(context, call, *call.directory->project(before->first)));
    at = before->first;
  }
}

}  // namespace

net::Outcome log_leaves(Context& context, Call& call) {
  const core::ProjectView* project = project_of(call, call.parameter("project"));
  if (project == nullptr) return refuse(Reason::not_found);
  return leaves_reply(context, call.request, *project, Evidence::with);
}

net::Outcome log_head(Context& context, Call& call) {
  const core::ProjectView* project = project_of(call, call.parameter("project"));
  if (project == nullptr) return refuse(Reason::not_found);
  const auto note = core::newest_note(*project->live);
  auto value = json::Value::object();
  value.add("origin", project->row.origin)
      .add("size", project->live->signed_size.load())
      .add("vkey", project->log_vkey_at(project->live->signed_size))
      .add("issuer_spki", base64(project->issuer_at(project->live->signed_size)));
  if (note) value.add("checkpoint", *note);
  auto rosters = describe_rosters(context, *project);
  if (!rosters) return rosters.error();
  value.add("rosters", *std::move(rosters));
  return private_reply(json::compact(value));
}

net::Outcome trust(Context& context, Call& call) {
  const auto wanted = call.request.query_value("project");
  if (!wanted) return refuse(Reason::query_invalid, "project: must name one");
  const core::ProjectView* project = project_of(call, *wanted);
  if (project == nullptr) return refuse(Reason::not_found);
  auto value = describe_trust(context, call, *project);
  auto before = describe_predecessors(context, call, project->row.id);
  if (!before.empty()) value.add("predecessors", json::Value::array(std::move(before)));
  return private_reply(json::compact(value));
}

}  // namespace lp::api
