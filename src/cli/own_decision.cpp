#include "cli/own_decision.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "approval/request.h"
#include "cli/attachments.h"
#include "cli/request_page.h"
#include "cli/roster_history.h"
#include "json/write.h"

namespace lp::cli {
namespace {

// Whose key this is, and where it counts, all checked here.
struct Approver {
  std::string key_path, member, key, roster_sha256, origin;
  DeviceKeyFile file;
};

std::expected<Approver, int> approver_of(AdminClient& client, const KeyFlags& flags,
                                         std::string_view project) {
  const auto head = client.get("/admin/log/" + query_escaped(project) + "/head");
  if (!head) return std::unexpected(fail(head.error()));
  if (!head->ok()) return std::unexpected(fail(*head));
  const auto history = read_history(head->body());
  if (!history) return std::unexpected(fail(history.error(), exit_verification));
  Approver approver{.origin = history->origin};
  const std::string log_name = approver.origin.substr(0, approver.origin.rfind("/p/"));
  auto path = key_path(flags, log_name);
  if (!path) return std::unexpected(fail(path.error(), exit_usage));
  approver.key_path = *std::move(path);
  auto file = read_own_key(approver.key_path, log_name);
  if (!file) {
    return std::unexpected(
        fail(file.error() + " Without an enrolled key nobody decides here.", exit_not_authorised));
  }
  approver.file = *std::move(file);
  approver.key = evidence::key_id(approver.file.spki);
  auto pins = RosterPins::load(approver.key_path);
  if (!pins) return std::unexpected(fail(pins.error()));
  if (const auto same = pins->check(*history); !same) {
    return std::unexpected(fail(same.error(), exit_verification));
  }
  if (const auto saved = pins->save(approver.key_path); !saved) {
    return std::unexpected(fail(saved.error()));
  }
  for (const auto& entry : history->newest().entries) {
    if (entry.spki == approver.file.spki) approver.member = entry.member;
  }
  approver.roster_sha256 = history->newest().head.sha256().hex();
  if (approver.member.empty()) {
    return std::unexpected(
        fail("This key is not in the roster of the project: it decides nothing there.",
             exit_not_authorised));
  }
  return approver;
}

// Why the offer is not about what was shown here; nothing when it is.
std::optional<std::string> mismatch(const evidence::DecisionCore& offer, const json::Value& detail,
                                    const Approver& approver) {
  const auto says = [&](std::string_view name) { return detail.find_string(name).value_or(""); };
  if (offer.request_id != says("id") || offer.request_sha256.hex() != says("request_sha256") ||
      static_cast<std::int64_t>(offer.version) != detail.find_integer("version")) {
    return "The offer is for another request.";
  }
  if (evidence::to_string(offer.level) != says("level")) return "The offer names another level.";
  if (offer.approver != approver.member || offer.key != approver.key) {
    return "The offer is for another person or key.";
  }
  if (offer.aud != approver.origin) return "The offer names another log than the project's.";
  if (offer.roster_sha256.hex() != approver.roster_sha256) {
    return "The offer rests on another roster than the one that was checked here.";
  }
  return std::nullopt;
}

// What is of the one who asks, or of the others who may decide, and moves while somebody reads.
constexpr std::array<std::string_view, 8> moving = {"offer",       "passkeys",     "waiting",
                                                    "eligibility", "quorum",       "reviewers",
                                                    "assignee",    "put_off_until"};

// All of a detail that a person decides on.
std::string question(const json::Value& detail) {
  auto same = json::Value::object();
  for (const auto& [name, value] : detail.members()) {
    if (std::ranges::find(moving, name) == moving.end()) same.add(name, value);
  }
  return json::compact(same);
}

bool stopped_waiting(const json::Value& detail) {
  const json::Value* waiting = detail.find("waiting");
  return waiting != nullptr && waiting->find_string("state") == "gone";
}

// Shows everything and asks; nothing when the person says yes, else the exit status.
std::optional<int> ask(Terminal& terminal, const Wish& wish, const json::Value& detail,
                       const std::optional<seal::ContentKey>& key) {
  const bool approving = wish.verdict == evidence::Verdict::approve;
  const std::string_view level = detail.find_string("level").value_or("");
  terminal.say("\n" + request_page(detail, key));
  if (!wish.edit.empty()) {
    terminal.say("\nYour edit: this runs instead\n" + value_lines(wish.edit));
  }
  terminal.say("\n");
  const Reading current =
      read_payload(detail.find_string("payload_kind").value_or(""), current_payload(detail), key);
  const Reading edit = wish.edit.empty() ? Reading{} : read_text(wish.edit);
  if (approving && !current.clear()) return fail(current.problem, exit_not_authorised);
  if (approving && !edit.problem.empty()) return fail("The edit: " + edit.problem, exit_usage);
  const auto needed = evidence::level(level);
  if (approving && (!needed || approval::proof_needed(*needed) == approval::Proof::passkey)) {
    return fail(fmt::format("At the level {} an approval is signed with a passkey: approve it in "
                            "the dashboard. A rejection works here.",
                            visible(level)),
                exit_not_authorised);
  }
  if (approving && stopped_waiting(detail) &&
      !terminal.confirm("The agent has stopped waiting and may have moved on. Approve all the "
                        "same? type yes: ")) {
    return fail("Not approved; nothing was signed.", exit_not_authorised);
  }
  terminal.say(fmt::format("Level {}\n", visible(level_words(level))));
  if (!terminal.confirm(approving ? "approve? type yes: " : "reject? type yes: ")) {
    return fail("Given up; nothing was signed.", exit_not_authorised);
  }
  return std::nullopt;
}

}  // namespace

int decide_by_hand(const AdminFlags& flags, const KeyFlags& key_flags, const Wish& wish) {
  auto terminal = Terminal::open();
  if (!terminal) return fail(terminal.error(), exit_not_authorised);
  const auto content = content_key();
  if (!content) return fail(content.error());
  AdminClient client(flags.place);
  const auto shown = fetch_request(client, wish.request);
  if (!shown) return fail(shown.error());
  if (!shown->ok()) return fail(*shown);
  if (shown->body().find_string("state") != "pending") return closed(shown->body());
  const auto approver =
      approver_of(client, key_flags, shown->body().find_string("project").value_or(""));
  if (!approver) return approver.error();

  const auto began = std::chrono::steady_clock::now();
  if (wish.verdict == evidence::Verdict::approve) {
    if (const auto unfit = unfit_attachments(client, shown->body(), wish.edit, *content)) {
      return fail(*unfit, exit_not_authorised);
    }
  }
  if (const auto stop = ask(*terminal, wish, shown->body(), *content)) return *stop;
  const auto key = unlock(*terminal, approver->key_path, approver->file);
  if (!key) return fail(key.error(), exit_not_authorised);

  // An offer lives two minutes, people read for longer: so it is asked for now, and must be about
  // the same as what was shown.
  const auto offered = fetch_request(client, wish.request, approver->member, approver->key);
  if (!offered) return fail(offered.error());
  if (!offered->ok()) return fail(*offered);
  if (offered->body().find_string("state") != "pending") return closed(offered->body());
  if (question(offered->body()) != question(shown->body())) {
    return fail("The request has changed while you read it: look at it again.", exit_conflict);
  }
  auto considered = consider(wish, offered->body(), *content);
  if (!considered) return fail(considered.error(), exit_not_authorised);
  if (const auto wrong = mismatch(considered->offer, shown->body(), *approver)) {
    return fail(*wrong, exit_verification);
  }
  considered->dwell_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now() - began)
                                     .count());
  return sign_and_send(client, wish, offered->body(), *considered, *key, flags.json);
}

}  // namespace lp::cli
