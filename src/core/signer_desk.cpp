#include "core/signer_desk.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "core/closed_logs.h"
#include "core/log_owners.h"

namespace lp::core {

using namespace signer_message;

namespace {

constexpr std::size_t page_bytes = body_bytes_max / 2;
// Before each record stand the lengths of its name and its text.
constexpr std::size_t lengths_bytes = 6;

// What a server may have kept. Whose word counts for a log's keys is not for it to say.
bool is_record(std::string_view name) {
  return name.contains('\n') && !is_roster_record(name);
}

// What changes the memory, and the question who may.
bool is_for_holder(const Request& request) {
  return std::holds_alternative<Hold>(request) || std::holds_alternative<Extend>(request) ||
         std::holds_alternative<Begin>(request) || std::holds_alternative<Keep>(request) ||
         std::holds_alternative<Draft>(request) || std::holds_alternative<Follow>(request);
}

}  // namespace

std::string SignerDesk::answer_bytes(Client client, std::string_view body) {
  const auto request = read_request(body);
  return to_bytes(request ? answer(client, *request) : Answer(Refusal::malformed));
}

SignerDesk::Answer SignerDesk::answer(Client client, const Request& request) {
  if (std::holds_alternative<Hold>(request) && !holder_) holder_ = client;
  if (is_for_holder(request) && holder_ != client) return Refusal::not_holder;
  return std::visit([this](const auto& ask) { return to(ask); }, request);
}

void SignerDesk::gone(Client client) {
  if (holder_ == client) holder_.reset();
}

const std::string* SignerDesk::remembered(const std::string& name) {
  const auto& notes = notary_.memory().notes();
  const auto found = notes.find(name);
  return found == notes.end() ? nullptr : &found->second;
}

std::optional<tlog::Checkpoint> SignerDesk::opened(const std::string& origin,
                                                   const std::string& note) {
  auto checkpoint = evidence::open_in_range(note, notary_.keys(origin)->ranges);
  return checkpoint ? std::optional(*std::move(checkpoint)) : std::nullopt;
}

std::optional<SignerDesk::Refusal> SignerDesk::refuse_log(const std::string& origin) {
  if (is_closed(notary_.memory(), origin)) return Refusal::closed;
  if (remembered(origin) == nullptr) return Refusal::unknown_origin;
  return std::nullopt;
}

SignerDesk::Refusal SignerDesk::because(Notary::Fault fault, Refusal refused) {
  if (fault != Notary::Fault::not_kept) return refused;
  broken_ = true;
  return Refusal::not_kept;
}

SignerDesk::Answer SignerDesk::to(const Ping&) {
  return signer_message::Done{};
}

SignerDesk::Answer SignerDesk::to(const Hold&) {
  return signer_message::Done{};
}

SignerDesk::Answer SignerDesk::to(const Recall& ask) {
  const auto& notes = notary_.memory().notes();
  Remembered page;
  std::size_t bytes = 0;
  auto at = notes.upper_bound(ask.after);
  // One at least, and whatever is one fits: text_bytes_max is the rest of a body.
  for (; at != notes.end() && page.records.size() < records_max; ++at) {
    bytes += lengths_bytes + at->first.size() + at->second.size();
    if (!page.records.empty() && bytes > page_bytes) break;
    page.records.emplace_back(at->first, at->second);
  }
  page.all = at == notes.end();
  return page;
}

SignerDesk::Answer SignerDesk::keys_of(const std::string& origin) {
  const auto keys = notary_.keys(origin);
  signer_message::Keys answer{.turns = {}, .next = keys->next};
  for (const auto& range : keys->ranges) {
    answer.turns.push_back({.vkey = range.vkey, .from = range.from});
  }
  return answer;
}

SignerDesk::Answer SignerDesk::to(const AskKeys& ask) {
  return keys_of(ask.origin);
}

SignerDesk::Answer SignerDesk::to(const Draft& ask) {
  if (const auto why = refuse_log(ask.origin)) return *why;
  // Each hand-over takes an owner's signature, so that this bounds what is kept for a log.
  if (notary_.keys(ask.origin)->ranges.size() >= turns_max) return Refusal::not_allowed;
  if (!notary_.draft(ask.origin)) return Refusal::not_allowed;
  return keys_of(ask.origin);
}

SignerDesk::Answer SignerDesk::to(const Follow& ask) {
  if (const auto why = refuse_log(ask.origin)) return *why;
  if (const auto done = notary_.follow(ask.origin, ask.versions); !done) {
    return because(done.error(), Refusal::not_owners);
  }
  return keys_of(ask.origin);
}

SignerDesk::Answer SignerDesk::to(const Extend& ask) {
  std::vector<tlog::Checkpoint> fresh;
  std::vector<const std::string*> covered;  // null for what is signed now
  std::set<std::string_view> seen;
  for (const Step& step : ask.steps) {
    const std::string& origin = step.head.origin;
    if (!seen.insert(origin).second) return Refusal::malformed;
    if (const auto why = refuse_log(origin)) return *why;
    const std::string* note = remembered(origin);
    const auto last = opened(origin, *note);
    // A note that is not of our key cannot be extended either.
    if (!last) return Refusal::unknown_origin;
    const bool more = step.head.size > last->size;
    covered.push_back(more ? nullptr : note);
    if (!more) {
      if (step.head.size == last->size && step.head.root != last->root) {
        return Refusal::not_an_extension;
      }
      continue;
    }
    if (step.old_size != last->size ||
        !tlog::verify_consistency(last->size, last->root, step.head.size, step.head.root,
                                  step.proof)) {
      return Refusal::not_an_extension;
    }
    fresh.push_back(step.head);
  }
  Signed answer;
  for (const std::string* note : covered) answer.notes.push_back(note == nullptr ? "" : *note);
  auto notes = notary_.sign(fresh);
  if (!notes) return because(notes.error(), Refusal::not_an_extension);
  auto next = notes->begin();
  for (std::string& note : answer.notes) {
    if (note.empty()) note = std::move(*next++);
  }
  return answer;
}

SignerDesk::Answer SignerDesk::to(const Begin& ask) {
  const std::string& origin = ask.head.origin;
  if (is_closed(notary_.memory(), origin)) return Refusal::closed;
  if (const std::string* note = remembered(origin)) {
    // The answer was lost on its way.
    const auto last = opened(origin, *note);
    if (last && *last == ask.head) return Signed{.notes = {*note}};
    return Refusal::not_an_extension;
  }
  if (ask.head.size == 0 && ask.head.root != tlog::empty_root()) return Refusal::malformed;
  if (ask.head.size != 0 && !may_adopt_) return Refusal::not_allowed;
  auto note = notary_.begin(ask.head);
  if (!note) return because(note.error(), Refusal::not_allowed);
  return Signed{.notes = {*std::move(note)}};
}

SignerDesk::Answer SignerDesk::to(const Earlier& ask) {
  auto note = notary_.earlier({.note = ask.note, .head = ask.head, .proof = ask.proof});
  if (!note) return Refusal::not_an_extension;
  return Signed{.notes = {*std::move(note)}};
}

SignerDesk::Answer SignerDesk::to(const Keep& ask) {
  const bool records =
      std::ranges::all_of(ask.records, [](const auto& record) { return is_record(record.first); });
  if (!records) return Refusal::malformed;
  if (!notary_.memory().put(ask.records)) {
    return because(Notary::Fault::not_kept, Refusal::not_kept);
  }
  return signer_message::Done{};
}

}  // namespace lp::core
