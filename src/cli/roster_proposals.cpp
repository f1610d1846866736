#include "cli/roster_proposals.h"

#include "base/text.h"
#include "cli/output.h"

namespace lp::cli {
namespace {

constexpr std::string_view no_sense = "The server's answer makes no sense.";

std::vector<std::string> texts_at(const json::Value& object, std::string_view name) {
  std::vector<std::string> texts;
  const json::Value* items = object.find(name);
  for (const auto& item : items != nullptr && items->is_array() ? items->items() : json::Array{}) {
    if (item.is_string()) texts.push_back(item.as_string());
  }
  return texts;
}

std::optional<WaitingChange> read_rotation(const json::Value& proposal, evidence::RosterAct act,
                                           std::string spki) {
  const json::Value* project = proposal.find("project");
  const auto from = proposal.find_integer("from");
  WaitingChange change;
  change.wish.act = act;
  if (act == evidence::RosterAct::rotate_log_key) {
    change.wish.vkey = proposal.find_string("vkey").value_or("");
  } else {
    change.wish.spki = std::move(spki);
  }
  const bool keyed = !change.wish.spki.empty() || !change.wish.vkey.empty();
  if (project == nullptr || !keyed || !from || *from < 1) return std::nullopt;
  change.wish.project = project->find_string("id").value_or("");
  change.from = static_cast<std::uint64_t>(*from);
  return change;
}

}  // namespace

std::expected<json::Array, int> fetch_proposals(AdminClient& client) {
  const auto answer = client.get("/admin/roster-proposals");
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  const json::Value* proposals = answer->body().find("proposals");
  if (proposals == nullptr || !proposals->is_array()) return std::unexpected(fail(no_sense));
  return proposals->items();
}

std::optional<WaitingChange> read_proposal(const json::Value& proposal) {
  const auto act = evidence::roster_act(proposal.find_string("act").value_or(""));
  const json::Value* member = proposal.find("member");
  auto spki = from_base64(proposal.find_string("spki").value_or(""));
  if (!act || !spki) return std::nullopt;
  if (evidence::rotates(*act)) return read_rotation(proposal, *act, *std::move(spki));
  if (member == nullptr) return std::nullopt;
  const bool fresh = *act == evidence::RosterAct::add_member;
  WaitingChange change{.wish = {.act = *act,
                                .member = std::string(member->find_string("id").value_or("")),
                                .name = fresh
                                            ? std::string(member->find_string("name").value_or(""))
                                            : std::string(),
                                .roles = texts_at(proposal, "roles"),
                                .groups = texts_at(proposal, "groups"),
                                .spki = *std::move(spki)}};
  if (*act == evidence::RosterAct::add_passkey) {
    // What the roster says of it; the rest is the server's.
    change.wish.passkey.emplace();
    change.wish.passkey->rp_id = proposal.find_string("rp_id").value_or("");
    change.wish.passkey->aaguid = proposal.find_string("aaguid").value_or("");
    if (change.wish.passkey->rp_id.empty() || change.wish.passkey->aaguid.empty()) {
      return std::nullopt;
    }
  }
  return change;
}

std::expected<WaitingChange, int> fetch_proposal(AdminClient& client, std::string_view id) {
  const auto proposals = fetch_proposals(client);
  if (!proposals) return std::unexpected(proposals.error());
  for (const auto& proposal : *proposals) {
    if (proposal.find_string("id") != id) continue;
    auto change = read_proposal(proposal);
    if (!change) return std::unexpected(fail(no_sense));
    return *std::move(change);
  }
  return std::unexpected(fail(waits_no_more));
}

std::expected<void, int> withdraw_proposal(AdminClient& client, const std::string& id) {
  const auto answer =
      client.post("/admin/roster-proposals/" + id + "/withdraw", json::Value::object());
  if (!answer) return std::unexpected(fail(answer.error()));
  if (answer->reason() == "not_found") return std::unexpected(fail(waits_no_more));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  return {};
}

}  // namespace lp::cli
