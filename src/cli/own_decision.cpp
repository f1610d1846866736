#include "cli/own_decision.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

#include "approval/request.h"
#include "cli/attachments.h"
#include "cli/deciding_key.h"
#include "cli/request_page.h"
#include "cli/significant_value.h"
#include "json/write.h"

namespace lp::cli {
namespace {

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
constexpr std::array<std::string_view, 10> moving = {
    "offer",     "passkeys", "waiting",       "eligibility",  "quorum",
    "reviewers", "assignee", "put_off_until", "number_match", "number_tries_left"};

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

// Why an approval at this level cannot be signed with the key; nothing when it can.
std::optional<std::string> too_weak(std::string_view level, approval::Proof proof) {
  const auto needed = evidence::level(level);
  if (needed && proof >= approval::proof_needed(*needed)) return std::nullopt;
  return fmt::format(
      "At the level {} an approval is signed with a passkey: approve it in the dashboard, or here "
      "with --fido2 and an enrolled security key. A rejection works here as it is.",
      visible(level));
}

// Each code point of UTF-8 has one byte that does not go on from another.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// The three digits that the program shows which asked; the server alone knows them.
bool types_number(Terminal& terminal, const json::Value& detail, std::string& number) {
  const auto left = detail.find_integer("number_tries_left").value_or(0);
  terminal.say(fmt::format(
      "The program that asked waits and shows a number of three digits: in its terminal, editor or "
      "chat.\nIf it shows none, it is not what waits for this: do not approve it. Tries left: {}\n",
      left));
  number = terminal.ask("approve? type the number: ").value_or("");
  const bool digits = std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; });
  return number.size() == 3 && digits;
}

// A value of what shall run, that whoever types it has looked for; the action where it has none.
bool types_value(Terminal& terminal, const json::Value& detail, const std::string& payload) {
  if (const auto value = significant_value(payload)) {
    return terminal.ask(fmt::format("approve? type the value of {}: ", visible(value->name))) ==
           value->text;
  }
  const std::string action(detail.find_string("action").value_or(""));
  return !action.empty() &&
         terminal.ask(fmt::format("approve? type {}: ", visible(action))) == action;
}

// The yes: a word, and where the level is critical more than that (approval.md). `payload`: what
// shall run.
bool agrees(Terminal& terminal, const json::Value& detail, const std::string& payload, Wish& wish) {
  if (wish.verdict != evidence::Verdict::approve) return terminal.confirm("reject? type yes: ");
  if (detail.find_string("level") != "critical") return terminal.confirm("approve? type yes: ");
  const json::Value* number = detail.find("number_match");
  if (number != nullptr && number->is_boolean() && number->as_boolean()) {
    return types_number(terminal, detail, wish.number);
  }
  return types_value(terminal, detail, payload);
}

// Shows everything and asks; nothing when the person says yes, else the exit status.
std::optional<int> ask(Terminal& terminal, Wish& wish, const json::Value& detail,
                       const std::optional<seal::ContentKey>& key, approval::Proof proof) {
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
  if (approving) {
    if (const auto why = too_weak(level, proof)) return fail(*why, exit_not_authorised);
    if (level == "critical" && characters(wish.reason) < approval::critical_reason_min) {
      return fail(fmt::format("At the level critical an approval says why: --reason with at least "
                              "{} characters.",
                              approval::critical_reason_min),
                  exit_usage);
    }
  }
  if (approving && stopped_waiting(detail) &&
      !terminal.confirm("The agent has stopped waiting and may have moved on. Approve all the "
                        "same? type yes: ")) {
    return fail("Not approved; nothing was signed.", exit_not_authorised);
  }
  terminal.say(fmt::format("Level {}\n", visible(level_words(level))));
  if (approving && detail.find_integer("number_tries_left") == 0) {
    return fail("Three numbers were wrong: this version can only be rejected.", exit_conflict);
  }
  if (!agrees(terminal, detail, (wish.edit.empty() ? current : edit).text.value_or(""), wish)) {
    return fail("Given up; nothing was signed.", exit_not_authorised);
  }
  return std::nullopt;
}

}  // namespace

int decide_by_hand(const AdminFlags& flags, const KeyFlags& key_flags,
                   const SecurityKeyFlags& security_key, Wish wish) {
  auto terminal = Terminal::open();
  if (!terminal) return fail(terminal.error(), exit_not_authorised);
  const auto content = content_key();
  if (!content) return fail(content.error());
  AdminClient client(flags.place);
  const auto shown = fetch_request(client, wish.request);
  if (!shown) return fail(shown.error());
  if (!shown->ok()) return fail(*shown);
  if (shown->body().find_string("state") != "pending") return closed(shown->body());
  const auto key = find_deciding_key(client, *terminal, key_flags, security_key,
                                     shown->body().find_string("project").value_or(""));
  if (!key) return key.error();
  const Approver& approver = (*key)->approver();

  const auto began = std::chrono::steady_clock::now();
  if (wish.verdict == evidence::Verdict::approve) {
    if (const auto unfit = unfit_attachments(client, shown->body(), wish.edit, *content)) {
      return fail(*unfit, exit_not_authorised);
    }
  }
  if (const auto stop = ask(*terminal, wish, shown->body(), *content, (*key)->proof())) {
    return *stop;
  }
  if (const auto open = (*key)->unlock(*terminal); !open) {
    return fail(open.error(), exit_not_authorised);
  }

  // An offer lives two minutes, people read for longer: so it is asked for now, and must be about
  // the same as what was shown.
  const auto offered = fetch_request(client, wish.request, approver.member, approver.key);
  if (!offered) return fail(offered.error());
  if (!offered->ok()) return fail(*offered);
  if (offered->body().find_string("state") != "pending") return closed(offered->body());
  if (question(offered->body()) != question(shown->body())) {
    return fail("The request has changed while you read it: look at it again.", exit_conflict);
  }
  auto considered = consider(wish, offered->body(), *content);
  if (!considered) return fail(considered.error(), exit_not_authorised);
  if (const auto wrong = mismatch(considered->offer, shown->body(), approver)) {
    return fail(*wrong, exit_verification);
  }
  considered->dwell_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                     std::chrono::steady_clock::now() - began)
                                     .count());
  return sign_and_send(
      client, wish, offered->body(), *considered,
      [&](core::Decide& command) { return (*key)->sign(*terminal, command); }, flags.json);
}

}  // namespace lp::cli
