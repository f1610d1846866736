// How a verdict is told: to programs as JSON, to people as sentences.

#include <array>
#include <utility>

#include "base/assert.h"
#include "base/visible.h"
#include "evidence/members.h"
#include "evidence/verify_receipt.h"
#include "json/text_array.h"

namespace lp::evidence {
namespace {

// What each check that held has shown.
std::string_view meaning(Check check) {
  switch (check) {
    case Check::parse:
      return "The file is a receipt.";
    case Check::canonical:
      return "It is written in the one way there is, so nothing hides in it.";
    case Check::statement:
      return "The statement of what happened can be read.";
    case Check::erasure:
      return "Owners signed that the statement was erased.";
    case Check::marks:
      return "It does not come from a test set-up, or that is allowed.";
    case Check::leaf:
      return "The entry in the log is the one of this statement.";
    case Check::issuer_signature:
      return "The server signed the statement.";
    case Check::inclusion:
      return "The entry stands in the log at its place.";
    case Check::checkpoint:
      return "The log signed the state that the entry stands in.";
    case Check::roster:
      return "The list of people and keys was signed by its owners, from the first version on.";
    case Check::issuer_range:
      return "That list names the server's key for this entry.";
    case Check::human:
      return "Each person's own signature is over exactly what the log says.";
    case Check::quorum:
      return "Enough different people, who may, decided.";
    case Check::agent:
      return "The agent signed what it asked for.";
    case Check::semantics:
      return "The parts are about the same request and in the right order.";
    case Check::anchor:
      return "The state of the log stands in the root log.";
    case Check::witnesses:
      return "Independent witnesses saw this state of the log.";
    case Check::time:
      return "An independent time-stamping service saw this state of the log.";
    case Check::trust:
      return "The keys are those of your trust file.";
    case Check::requirement:
      return "This is as strong a proof as you demand.";
  }
  LP_ASSERT(false);
  return {};
}

std::string_view sign(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::erased:
      return "ERASED";
    case Outcome::failed:
      return "FAILED";
    case Outcome::absent:
      return "-";
    case Outcome::not_run:
      return "not run";
  }
  LP_ASSERT(false);
  return {};
}

std::string line_of(const CheckResult& result) {
  constexpr std::size_t name_width = 18;
  constexpr std::size_t sign_width = 9;
  std::string line(to_string(result.check));
  line.append(name_width - line.size(), ' ');
  line += sign(result.outcome);
  const auto tell = [&](const std::string& words) {
    line.append(sign_width - sign(result.outcome).size(), ' ');
    line += words;
  };
  if (result.outcome == Outcome::ok) tell(std::string(meaning(result.check)));
  if (result.outcome == Outcome::erased) {
    tell(std::string(meaning(result.check)) + " Who they were was erased; owners signed for that.");
  }
  if (result.outcome == Outcome::failed) tell(visible(result.why) + ".");
  return line + "\n";
}

std::string_view human_words(HumanClass human) {
  switch (human) {
    case HumanClass::none:
      return "no person's signature";
    case HumanClass::session:
      return "people who were signed in and signed nothing (class C)";
    case HumanClass::device:
      return "the key of a person's device (class B)";
    case HumanClass::passkey:
      return "a person's passkey (class A)";
  }
  LP_ASSERT(false);
  return {};
}

std::string_view log_words(LogLevel log) {
  switch (log) {
    case LogLevel::none:
      return "nothing";
    case LogLevel::issued:
      return "the server's signature alone (L0)";
    case LogLevel::logged:
      return "the log (L1)";
    case LogLevel::witnessed:
      return "the log and independent witnesses (L2)";
    case LogLevel::time_stamped:
      return "the log, independent witnesses and a time stamp (L3)";
  }
  LP_ASSERT(false);
  return {};
}

// What a mark takes from what was proven.
std::string_view mark_words(std::string_view mark) {
  using Words = std::pair<std::string_view, std::string_view>;
  constexpr std::array known{
      Words{"demo", "the server was set up as a demonstration and had not gone live"},
      Words{"no_isolation", "agent and server ran under one account: approvals are advisory"},
      Words{"self_enrolled", "the agent signed itself up"},
      Words{"server_sealed", "the payload reached the server unencrypted, which could read it"},
      Words{"test", "made with a test approver; no evidence"},
      Words{"unbound_execution", "nothing ties what the agent then ran to this approval"},
      Words{"unbound_payload", "whoever decided did not open the payload"}};
  for (const auto& [name, words] : known) {
    if (mark == name) return words;
  }
  return {};  // A mark that is not known makes the statement malformed.
}

std::string what_happened(const ReceiptReport& report) {
  const Statement& said = *report.statement;
  std::string text = "Event: " + std::string(to_string(said.type)) + " of " +
                     visible(said.stream.id) + " at " + to_string(said.time) + ", entry " +
                     std::to_string(report.index.value_or(0)) + " of the log " +
                     visible(report.origin) + ".\n";
  if (!report.names.empty()) {
    text += "Signed by: ";
    for (std::size_t i = 0; i < report.names.size(); ++i) {
      text += (i == 0 ? "" : ", ") + visible(report.names[i]);
    }
    text += ".\n";
  }
  if (report.cosigned) {
    text += *report.cosigned
                ? "Their keys are cosigned by a second owner.\n"
                : "Not cosigned: no second owner vouched for all of these keys: weaker.\n";
  }
  for (const std::string& mark : report.marks) {
    text += "Marked `" + mark + "`: " + std::string(mark_words(mark)) + ".\n";
  }
  return text + "Proven by: " + std::string(human_words(report.human)) + "; " +
         std::string(log_words(report.log)) + ".\n";
}

std::string verdict_words(const ReceiptReport& report) {
  switch (report.verdict) {
    case Finding::valid:
      return "VALID: this happened as stated, and neither the server nor whoever gave you the file "
             "can have made it up\nafterwards without the keys you trust. It says nothing of what "
             "happened later.";
    case Finding::erased:
      return "ERASED: something happened at this place of the log. What it was has been erased, "
             "and an owner signed for that.";
    case Finding::indeterminate:
      return "INDETERMINATE: nothing wrong was found, but something is missing before this can be "
             "called valid:\n" +
             visible(report.why) + ".";
    case Finding::invalid:
      return "INVALID: do not rely on this file. " + visible(report.why) + ".";
  }
  LP_ASSERT(false);
  return {};
}

json::Value checks_of(const std::vector<CheckResult>& checks) {
  json::Value array = json::Value::array();
  for (const CheckResult& one : checks) {
    json::Value item = json::Value::object();
    item.add("check", to_string(one.check));
    item.add("result", to_string(one.outcome));
    if (!one.why.empty()) item.add("why", one.why);
    array.items().push_back(std::move(item));
  }
  return array;
}

}  // namespace

json::Value ReceiptReport::to_json() const {
  json::Value value = json::Value::object();
  value.add("verdict", to_string(verdict));
  if (check) value.add("check", to_string(*check)).add("why", why);
  value.add("human", to_string(human)).add("log", to_string(log));
  value.add_if("keys_cosigned", cosigned);
  if (statement) value.add("type", to_string(statement->type));
  if (!origin.empty()) value.add("origin", origin);
  if (index) value.add("index", *index);
  if (statement) {
    value.add("time", lp::to_string(statement->time));
    if (statement->of_request()) value.add("request_id", statement->stream.id);
    if (!marks.empty()) value.add("marks", json::text_array(marks));
    value.add_if("strength", statement->strength);
    value.add_if("agent_claims", statement->agent_claims);
  }
  value.add("checks", checks_of(checks));
  return value;
}

std::string ReceiptReport::text() const {
  std::string lines;
  for (const CheckResult& one : checks) lines += line_of(one);
  lines += "\n";
  if (statement) lines += what_happened(*this);
  return lines + verdict_words(*this);
}

}  // namespace lp::evidence
