#include "api/review/roster_terms.h"

#include <string>
#include <utility>

#include "base/text.h"
#include "core/roster_offer.h"
#include "json/text_array.h"

namespace lp::api {

namespace {

// Only what does not depend on the entry is read from the head, so any well-formed one will do.
evidence::RosterHead terms_of(const core::ProjectView& project, std::string_view member,
                              Instant now) {
  evidence::RosterEntry entry;
  entry.salt = std::string(32, '\0');
  entry.member = std::string(member);
  entry.roles = {"owner", "reviewer"};
  entry.key_class = "device";
  entry.spki = project.issuer_spki;
  return core::first_roster_head(project, entry, now);
}

}  // namespace

std::string_view payloads_name(store::Payloads payloads) {
  return payloads == store::Payloads::encrypted ? "encrypted" : "server_sealed";
}

json::Value roster_project(const core::ProjectView& project) {
  const evidence::RosterHead head = terms_of(project, "mem_any", {});
  json::Array issuers, logs;
  for (const auto& range : head.issuer) {
    auto issuer = json::Value::object();
    issuer.add("spki", base64(range.spki)).add("from", range.from);
    issuers.push_back(std::move(issuer));
  }
  for (const auto& range : head.log) {
    auto log = json::Value::object();
    log.add("vkey", range.vkey).add("from", range.from);
    logs.push_back(std::move(log));
  }
  auto value = json::Value::object();
  value.add("id", project.row.id)
      .add("name", project.row.name)
      .add("origin", head.origin)
      .add("payloads", payloads_name(project.row.payloads))
      .add("issuer", json::Value::array(std::move(issuers)))
      .add("log", json::Value::array(std::move(logs)));
  return value;
}

void add_roster_terms(json::Value& value, const core::ProjectView& project, std::string_view member,
                      Instant now) {
  const evidence::RosterHead head = terms_of(project, member, now);
  auto min = json::Value::object();
  min.add("human", head.min_human).add("log", head.min_log);
  value.add("member", member)
      .add("marks", json::text_array(head.marks))
      .add("threshold", head.threshold)
      .add("time", to_string(head.time))
      .add("min", std::move(min));
}

}  // namespace lp::api
