#include "core/signer_desk.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "core/closed_logs.h"

namespace lp::core {

using namespace signer_message;

namespace {

constexpr std::size_t page_bytes = body_bytes_max / 2;
// Before each record stand the lengths of its name and its text.
constexpr std::size_t lengths_bytes = 6;

bool is_record(std::string_view name) {
  return name.contains('\n');
}

// What changes the memory, and the question who may.
bool is_for_holder(const Request& request) {
  return std::holds_alternative<Hold>(request) || std::holds_alternative<Extend>(request) ||
         std::holds_alternative<Begin>(request) || std::holds_alternative<Keep>(request);
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

SignerDesk::Refusal SignerDesk::not_kept() {
  broken_ = true;
  return Refusal::not_kept;
}

SignerDesk::Answer SignerDesk::to(const Ping&) {
  return Done{};
}

SignerDesk::Answer SignerDesk::to(const Hold&) {
  return Done{};
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

SignerDesk::Answer SignerDesk::to(const AskKey& ask) {
  return Key{.vkey = notary_.verifier(ask.origin)->to_string()};
}

SignerDesk::Answer SignerDesk::to(const Extend& ask) {
  std::vector<tlog::Checkpoint> fresh;
  std::vector<const std::string*> covered;  // null for what is signed now
  std::set<std::string_view> seen;
  for (const Step& step : ask.steps) {
    const std::string& origin = step.head.origin;
    if (!seen.insert(origin).second) return Refusal::malformed;
    if (is_closed(notary_.memory(), origin)) return Refusal::closed;
    const std::string* note = remembered(origin);
    const auto last = note == nullptr
                          ? std::nullopt
                          : std::optional(tlog::open_checkpoint(*note, *notary_.verifier(origin)));
    // A note that is not of this key cannot be extended either.
    if (!last || !*last) return Refusal::unknown_origin;
    const bool more = step.head.size > (*last)->size;
    covered.push_back(more ? nullptr : note);
    if (!more) {
      if (step.head.size == (*last)->size && step.head.root != (*last)->root) {
        return Refusal::not_an_extension;
      }
      continue;
    }
    if (step.old_size != (*last)->size ||
        !tlog::verify_consistency((*last)->size, (*last)->root, step.head.size, step.head.root,
                                  step.proof)) {
      return Refusal::not_an_extension;
    }
    fresh.push_back(step.head);
  }
  Signed answer;
  for (const std::string* note : covered) answer.notes.push_back(note == nullptr ? "" : *note);
  auto notes = notary_.sign(fresh);
  if (!notes) return not_kept();
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
    const auto last = tlog::open_checkpoint(*note, *notary_.verifier(origin));
    if (last && *last == ask.head) return Signed{.notes = {*note}};
    return Refusal::not_an_extension;
  }
  if (ask.head.size == 0 && ask.head.root != tlog::empty_root()) return Refusal::malformed;
  if (ask.head.size != 0 && !may_adopt_) return Refusal::not_allowed;
  auto note = notary_.begin(ask.head);
  if (!note) return not_kept();
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
  if (!notary_.memory().put(ask.records)) return not_kept();
  return Done{};
}

}  // namespace lp::core
