#include "core/request_event.h"

#include <algorithm>

#include "approval/quorum.h"
#include "json/parse.h"
#include "json/text_array.h"
#include "json/write.h"

namespace lp::core {
namespace {

std::vector<std::string> strings(const json::Value* value) {
  std::vector<std::string> items;
  if (value == nullptr || !value->is_array()) return items;
  for (const auto& item : value->items()) {
    if (item.is_string()) items.push_back(item.as_string());
  }
  return items;
}

}  // namespace

bool takes_changes(const std::vector<std::string>& capabilities) {
  return std::ranges::find(capabilities, changes_capability) != capabilities.end();
}

approval::Context context_of(const Work& work, const ProjectView& project, const ProjectLog& log,
                             const approval::Request& request) {
  return {.now = work.time_of(log),
          .rule = approval::rule_of(request, project.row.single_operator),
          .people = project.people,
          .single_operator = project.row.single_operator};
}

evidence::PolicyRef policy_ref(const approval::Request& request) {
  if (!request.ruled || request.ruled->version == 0) return evidence::default_policy();
  return {.id = "project", .version = request.ruled->version, .sha256 = request.ruled->sha256};
}

evidence::RuleRef rule_ref(const ProjectView& project, const approval::Request& request) {
  const approval::Rule& rule = approval::rule_of(request, project.row.single_operator);
  const auto able = std::ranges::count_if(
      project.people, [&](const auto& person) { return approval::may_contribute(rule, person); });
  return {.sha256 = approval::rule_sha256_of(request, project.row.single_operator),
          .k = approval::heads_required(rule),
          .n = static_cast<std::uint64_t>(able)};
}

evidence::Statement request_statement(const ProjectView& project, const Work::Open& open,
                                      evidence::EventType type, evidence::Actor actor) {
  evidence::Statement statement;
  statement.type = type;
  statement.actor = std::move(actor);
  statement.request = evidence::RequestRef{.sha256 = open.row.request_sha256,
                                           .version = open.state.state.version,
                                           .level = open.state.state.level};
  statement.payload = open.state.state.current;
  statement.policy = policy_ref(open.state.state);
  statement.roster_sha256 = project.row.roster_sha256;
  statement.rule = rule_ref(project, open.state.state);
  statement.marks = project.marks;
  if (open.row.payload_kind == "plain") statement.marks.emplace_back("server_sealed");
  if (open.state.state.no_isolation) statement.marks.emplace_back("no_isolation");
  return statement;
}

namespace {

void queue(Work& work, const store::OutboxItem& item) {
  work.batch.writes.emplace_back(item);
  work.announce(std::string(outbox_topic));
}

}  // namespace

void queue_webhooks(Work& work, const Work::Open& open, bool has_callback) {
  const bool approved = open.state.state.state == approval::State::approved ||
                        open.state.state.state == approval::State::approved_with_modifications;
  store::OutboxItem item;
  item.project = open.row.project;
  item.request = open.row.id;
  item.event = approved ? "request.approved" : "request.rejected";
  item.leaf_index = open.state.leaf_index;
  item.created = item.next_attempt = work.now;
  for (const auto& [id, webhook] : work.directory().webhooks) {
    if (webhook.project != open.row.project) continue;
    item.webhook = id;
    queue(work, item);
  }
  if (has_callback) {
    item.webhook.clear();
    queue(work, item);
  }
}

std::string Details::to_json() const {
  auto value = json::Value::object();
  const std::pair<const char*, const std::string*> texts[] = {{"facts", &facts},
                                                              {"schema", &schema},
                                                              {"callback_url", &callback_url},
                                                              {"client_nonce", &client_nonce},
                                                              {"descriptor", &descriptor},
                                                              {"escrow", &escrow},
                                                              {"address", &address},
                                                              {"ruling", &ruling}};
  for (const auto& [name, text] : texts) {
    if (!text->empty()) value.add(name, *text);
  }
  if (!capabilities.empty()) value.add("capabilities", json::text_array(capabilities));
  if (!lossy.empty()) value.add("lossy", json::text_array(lossy));
  if (!attachments.empty()) {
    json::Array items;
    for (const auto& attachment : attachments) items.push_back(attachment.to_json());
    value.add("attachments", json::Value::array(std::move(items)));
  }
  return json::compact(value);
}

std::optional<Details> Details::from_json(std::string text) {
  const auto document = json::parse(std::move(text));
  if (!document) return std::nullopt;
  Details details;
  const std::pair<const char*, std::string*> texts[] = {{"facts", &details.facts},
                                                        {"schema", &details.schema},
                                                        {"callback_url", &details.callback_url},
                                                        {"client_nonce", &details.client_nonce},
                                                        {"descriptor", &details.descriptor},
                                                        {"escrow", &details.escrow},
                                                        {"address", &details.address},
                                                        {"ruling", &details.ruling}};
  for (const auto& [name, slot] : texts) {
    *slot = std::string(document->root.find_string(name).value_or(std::string_view{}));
  }
  details.capabilities = strings(document->root.find("capabilities"));
  details.lossy = strings(document->root.find("lossy"));
  const json::Value* attachments = document->root.find("attachments");
  if (attachments == nullptr) return details;
  if (!attachments->is_array()) return std::nullopt;
  for (const auto& item : attachments->items()) {
    auto read = seal::DeclaredAttachment::from_json(item);
    if (!read) return std::nullopt;
    details.attachments.push_back(*std::move(read));
  }
  return details;
}

std::expected<Opened, Refused> open_details(const Keys& keys, const store::Request& row) {
  auto dek = keys.unwrap(row.dek_wrapped);
  if (!dek) return refuse(Fault::row_tampered, row.id);
  auto text = open_field(dek->reveal(), "details", row.id, row.details_sealed);
  if (!text) return refuse(Fault::row_tampered, row.id);
  auto details = Details::from_json(*std::move(text));
  if (!details) return refuse(Fault::row_tampered, row.id);
  return Opened{.dek = *std::move(dek), .details = *std::move(details)};
}

}  // namespace lp::core
