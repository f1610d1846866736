#include "audit.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "cli/roster_history.h"
#include "evidence/event.h"

namespace lp::faults {
namespace {

constexpr std::size_t old_ids_read = 32;

std::string bytes_of(const json::Value& value, std::string_view name) {
  return from_base64(value.find_string(name).value_or("")).value_or("");
}

// How an event closes its request; nothing for those that do not.
std::optional<Shown> closing(evidence::EventType type) {
  using evidence::EventType;
  if (type == EventType::decision_approved ||
      type == EventType::decision_approved_with_modifications) {
    return Shown::approved;
  }
  if (type == EventType::decision_rejected) return Shown::rejected;
  if (type == EventType::decision_expired || type == EventType::decision_cancelled ||
      type == EventType::decision_denied) {
    return Shown::other;
  }
  return std::nullopt;
}

}  // namespace

Audit::Done Audit::retry(const Unanswered& unanswered, const std::vector<Ask>& repeated) {
  Agent agent(server_, history_);
  std::vector<Ask> asks = repeated;
  std::ranges::copy_if(unanswered.asks, std::back_inserter(asks), &Ask::keyed);
  for (const auto& ask : asks) {
    const auto told = agent.ask(ask);
    if (!told) return std::unexpected(ask.name + ": no answer to the retry");
    if (told->status != 200) {
      history_.report(Wrong::unexpected, ask.name + ": the retry was refused: " + told->reason);
    }
  }
  auto approver = Approver::open(server_, history_, promises_);
  if (!approver) return std::unexpected(approver.error());
  // Half of them stay as they are, so that what happened by itself is looked at too.
  for (std::size_t i = 0; i < unanswered.decisions.size(); i += 2) {
    approver->decide(unanswered.decisions[i]);
    if (approver->gone()) return std::unexpected("no answer to a decision that was sent again");
  }
  return {};
}

Audit::Done Audit::list() {
  fresh_.clear();
  std::string before;
  for (bool more = true; more;) {
    const auto page = server_.admin("/admin/requests?state=all" + before);
    if (!page) return std::unexpected(page.error());
    const json::Value* rows = page->root.find("requests");
    more = rows != nullptr && !rows->items().empty();
    for (const auto& row : more ? rows->items() : json::Array{}) {
      const std::string id(row.find_string("id").value_or(""));
      if (id <= newest_) {
        more = false;
        break;
      }
      history_.listed(std::string(row.find_string("trace_id").value_or("")), id);
      fresh_.push_back(id);
      before = "&before=" + id;
    }
  }
  if (!fresh_.empty()) newest_ = fresh_.front();
  ids_.insert(ids_.end(), fresh_.begin(), fresh_.end());
  return {};
}

Audit::Done Audit::look(const std::vector<std::string>& ids) {
  Agent agent(server_, history_);
  for (const auto& id : ids) {
    if (!agent.look(id)) return std::unexpected(id + ": no answer to a poll");
  }
  return {};
}

Audit::Done Audit::after_restart(const Unanswered& unanswered, const std::vector<Ask>& repeated,
                                 std::uint64_t random) {
  if (auto done = retry(unanswered, repeated); !done) return done;
  if (auto done = list(); !done) return done;
  std::vector<std::string> ids = fresh_;
  for (std::size_t i = 0; i < old_ids_read && !ids_.empty(); ++i) {
    random = random * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    ids.push_back(ids_[(random >> 32U) % ids_.size()]);
  }
  for (const auto& decision : unanswered.decisions) ids.push_back(decision.id);
  if (auto done = look(ids); !done) return done;
  return read_log();
}

Audit::Done Audit::finish() {
  if (auto done = list(); !done) return done;
  if (auto done = look(history_.unread()); !done) return done;
  return read_log();
}

void Audit::open_log(const json::Value& head) {
  vkey_ = tlog::VerifierKey::parse(head.find_string("vkey").value_or(""));
  // Test marks are allowed: a test approver decides here.
  check_.emplace(std::string(head.find_string("origin").value_or("")),
                 std::vector<evidence::IssuerRange>{
                     {.spki = bytes_of(head, "issuer_spki"), .from = 0, .to = {}}},
                 true, std::nullopt);
  roots_.push_back(range_.root());
  const json::Value* rosters = head.find("rosters");
  for (const auto& roster : rosters == nullptr ? json::Array{} : rosters->items()) {
    if (auto wrong = check_->roster(cli::roster_document(roster))) invalid_.push_back(*wrong);
  }
}

Audit::Done Audit::read_log() {
  const auto head = server_.admin("/admin/log/default/head");
  if (!head) return std::unexpected(head.error());
  if (!check_) open_log(head->root);
  if (!vkey_) return std::unexpected("the log has no key");
  const auto size = static_cast<std::uint64_t>(head->root.find_integer("size").value_or(0));
  if (size < range_.size()) {
    shrunk_.push_back("from " + std::to_string(range_.size()) + " to " + std::to_string(size));
    return {};
  }
  if (auto done = take_leaves(size); !done) return done;
  take_promises(size);
  const auto note = head->root.find_string("checkpoint").value_or("");
  if (auto wrong = check_->head(note, {{.vkey = vkey_->to_string(), .from = 0, .to = {}}}))
    invalid_.push_back(*wrong);
  return {};
}

Audit::Done Audit::take_leaves(std::uint64_t size) {
  while (range_.size() < size) {
    const std::uint64_t before = range_.size();
    const auto page = server_.admin("/admin/log/default/leaves?first=" + std::to_string(before));
    if (!page) return std::unexpected(page.error());
    const json::Value* leaves = page->root.find("leaves");
    for (const auto& leaf : leaves == nullptr ? json::Array{} : leaves->items()) take_leaf(leaf);
    if (range_.size() == before) return std::unexpected("the log gives no leaves");
  }
  return {};
}

void Audit::take_leaf(const json::Value& value) {
  const cli::LeafText text{
      .index = static_cast<std::uint64_t>(value.find_integer("index").value_or(-1)),
      .statement = bytes_of(value, "statement"),
      .leaf = bytes_of(value, "leaf"),
      .evidence = std::string(value.find_string("evidence").value_or(""))};
  if (auto wrong = check_->leaf(text)) {
    invalid_.push_back("leaf " + std::to_string(text.index) + ": " + *wrong);
  }
  range_.append(tlog::leaf_hash(text.leaf));
  roots_.push_back(range_.root());
  const auto type = evidence::event_type(value.find_string("type").value_or(""));
  const std::string id(value.find_string("stream").value_or(""));
  if (type == evidence::EventType::request_created) history_.logged(id);
  if (const auto closed = type ? closing(*type) : std::nullopt) {
    history_.logged_closed(id, *closed);
  }
}

// Every checkpoint that anybody was given before is a prefix of the log as it is now.
void Audit::take_promises(std::uint64_t size) {
  for (const auto& promise : promises_.take()) {
    const auto checkpoint = tlog::open_checkpoint(promise.note, *vkey_);
    if (!checkpoint || promise.index >= checkpoint->size) {
      invalid_.push_back("a decision was released without a checkpoint that covers it");
    } else if (checkpoint->size > size) {
      shrunk_.push_back("a checkpoint over " + std::to_string(checkpoint->size) +
                        " leaves was given, now there are " + std::to_string(size));
    } else if (roots_[checkpoint->size] != checkpoint->root) {
      shrunk_.push_back("the log of " + std::to_string(checkpoint->size) +
                        " leaves is not a part of the log");
    } else {
      ++promises_kept_;
    }
  }
}

}  // namespace lp::faults
