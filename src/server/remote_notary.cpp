#include "server/remote_notary.h"

#include <fmt/core.h>
#include <poll.h>

#include <algorithm>

#include "base/log.h"
#include "core/log_owners.h"
#include "tlog/extension.h"

namespace lp::server {

using namespace core::signer_message;

namespace {

// A flush takes milliseconds; a signer that takes longer than this counts as away.
constexpr std::int64_t sign_timeout_ms = 3'000;
constexpr std::int64_t ask_timeout_ms = 1'000;
constexpr std::int64_t connect_timeout_ms = 200;
// Who answered this lately would answer now.
constexpr std::int64_t fresh_ms = 1'000;
constexpr int retry_ms = 50;

core::Notary::Fault fault_of(const std::optional<Answer>& answer) {
  const auto* refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
  // It ends then, and reads its memory anew: until it does it is away.
  if (refusal != nullptr && *refusal == Refusal::not_kept) return core::Notary::Fault::away;
  if (!answer) return core::Notary::Fault::away;
  log::error("signer.refused", "The signer does not sign what it was asked to.",
             {{"refusal", refusal == nullptr ? "another answer" : to_string(*refusal)}});
  return core::Notary::Fault::refused;
}

// One question on a connection of its own.
std::optional<Answer> exchange(net::FramedSocket& socket, const Request& request,
                               std::int64_t timeout_ms) {
  if (!socket.send(to_bytes(request), timeout_ms)) return std::nullopt;
  const auto body = socket.receive(timeout_ms);
  return body ? read_answer(*body) : std::nullopt;
}

}  // namespace

std::expected<std::unique_ptr<RemoteNotary>, std::string> RemoteNotary::open(
    const std::string& socket, Use use, std::int64_t patience_ms) {
  std::unique_ptr<RemoteNotary> made(new RemoteNotary(socket, use));
  if (auto known = made->recall(patience_ms); !known) return std::unexpected(known.error());
  return made;
}

bool RemoteNotary::connect() {
  socket_ = {};
  auto connected = net::FramedSocket::connect(path_, connect_timeout_ms);
  if (!connected) return false;
  if (use_ == Use::holds) {
    const auto answer = exchange(*connected, Hold{}, ask_timeout_ms);
    if (!answer) return false;
    const bool elsewhere = !std::holds_alternative<Done>(*answer);
    if (elsewhere && !held_elsewhere_) {
      log::error("signer.held", "The signer signs for another server, so it does not for this.");
    }
    held_elsewhere_ = elsewhere;
    if (elsewhere) return false;
  }
  socket_ = *std::move(connected);
  return true;
}

std::optional<Answer> RemoteNotary::call(const Request& request, std::int64_t timeout_ms) {
  // Seen before anything is said, so that a signer which was restarted is met at once.
  std::optional<Answer> answer;
  if ((socket_.open() && !socket_.hung_up()) || connect()) {
    answer = exchange(socket_, request, timeout_ms);
  }
  answers_ = answer.has_value();
  // An answer that comes late must not pass for that to another question.
  if (!answer) socket_ = {};
  if (answer) last_answer_ms_ = clock_.monotonic_ms();
  return answer;
}

std::expected<void, std::string> RemoteNotary::recall(std::int64_t patience_ms) {
  const std::int64_t deadline_ms = clock_.monotonic_ms() + patience_ms;
  std::string after;
  for (;;) {
    auto answer = call(Recall{.after = after}, sign_timeout_ms);
    if (!answer && clock_.monotonic_ms() < deadline_ms) {
      ::poll(nullptr, 0, retry_ms);
      continue;
    }
    if (!answer && held_elsewhere_) {
      return std::unexpected(path_ + ": this signer signs for another server, which runs.");
    }
    if (!answer) {
      return std::unexpected(fmt::format(
          "{}: no signer answers there, or not to this account: is `letsping signer` running?",
          path_));
    }
    auto* page = std::get_if<Remembered>(&*answer);
    if (page == nullptr || (page->records.empty() && !page->all)) {
      return std::unexpected(path_ + ": what answers there is no signer.");
    }
    for (auto& [name, text] : page->records) memory_.notes_.insert_or_assign(name, std::move(text));
    if (page->all) return {};
    after = page->records.back().first;
  }
}

bool RemoteNotary::ready() {
  if (socket_.open() && !socket_.hung_up() && clock_.monotonic_ms() - last_answer_ms_ < fresh_ms) {
    return true;
  }
  return call(Ping{}, ask_timeout_ms).has_value();
}

std::expected<core::Notary::LogKeys, core::Notary::Fault> RemoteNotary::take_keys(
    std::string_view origin, const std::optional<Answer>& answer) {
  const auto* said = answer ? std::get_if<Keys>(&*answer) : nullptr;
  if (said == nullptr) return std::unexpected(fault_of(answer));
  const auto is_of_log = [origin](const std::string& vkey) {
    const auto key = tlog::VerifierKey::parse(vkey);
    return key && key->name == origin;
  };
  LogKeys keys{.ranges = {}, .next = said->next};
  bool good = said->turns.front().from == 0 && (keys.next.empty() || is_of_log(keys.next));
  for (const auto& turn : said->turns) {
    good = good && is_of_log(turn.vkey) &&
           (keys.ranges.empty() || evidence::hand_over(keys.ranges, turn.vkey, turn.from));
    if (keys.ranges.empty()) keys.ranges.push_back({.vkey = turn.vkey, .from = 0, .to = {}});
  }
  if (!good) {
    log::error("signer.other_keys", "The signer says of a log's keys what cannot be.",
               {{"origin", origin}});
    return std::unexpected(Fault::refused);
  }
  keys_.insert_or_assign(std::string(origin), keys);
  return keys;
}

std::optional<core::Notary::LogKeys> RemoteNotary::keys(std::string_view origin) {
  if (const auto known = keys_.find(origin); known != keys_.end()) return known->second;
  auto keys = take_keys(origin, call(AskKeys{.origin = std::string(origin)}, ask_timeout_ms));
  return keys ? std::optional(*std::move(keys)) : std::nullopt;
}

std::expected<std::string, core::Notary::Fault> RemoteNotary::draft(std::string_view origin) {
  auto keys = take_keys(origin, call(Draft{.origin = std::string(origin)}, sign_timeout_ms));
  if (!keys) return std::unexpected(keys.error());
  if (keys->next.empty()) return std::unexpected(Fault::refused);
  return std::move(keys->next);
}

std::expected<void, core::Notary::Fault> RemoteNotary::follow_some(
    const std::string& origin, std::vector<SignedRoster> versions) {
  std::string newest = versions.back().head;
  auto keys = take_keys(
      origin, call(Follow{.origin = origin, .versions = std::move(versions)}, sign_timeout_ms));
  if (!keys) return std::unexpected(keys.error());
  memory_.notes_.insert_or_assign(core::roster_record(origin), std::move(newest));
  return {};
}

// More than a frame takes in parts, each of which goes on from the one before.
std::expected<void, core::Notary::Fault> RemoteNotary::follow(
    const std::string& origin, const std::vector<SignedRoster>& versions) {
  std::vector<SignedRoster> part;
  std::size_t bytes = 0;
  for (const SignedRoster& version : versions) {
    const std::size_t more = version.head.size() + version.signatures.size();
    if (!part.empty() && (bytes + more > body_bytes_max / 2 || part.size() == rosters_max)) {
      if (auto done = follow_some(origin, std::exchange(part, {})); !done) return done;
      bytes = 0;
    }
    bytes += more;
    part.push_back(version);
  }
  return part.empty() ? std::expected<void, Fault>{} : follow_some(origin, std::move(part));
}

// A note counts only as the one that was asked for.
std::expected<void, core::Notary::Fault> RemoteNotary::take(const tlog::Checkpoint& head,
                                                            const std::string& note) {
  const auto known = keys(head.origin);
  if (!known) return std::unexpected(Fault::away);
  const auto opened = evidence::open_in_range(note, known->ranges);
  if (!opened || *opened != head) {
    log::error("signer.other_note", "The signer's note is not the one that was asked for.",
               {{"origin", head.origin}, {"size", head.size}});
    return std::unexpected(Fault::refused);
  }
  memory_.notes_.insert_or_assign(head.origin, note);
  return {};
}

std::expected<void, core::Notary::Fault> RemoteNotary::extend_some(
    const Growth* first, std::size_t count, std::vector<std::string>& notes) {
  Extend ask;
  for (const Growth* growth = first; growth != first + count; ++growth) {
    ask.steps.push_back({.head = growth->head,
                         .old_size = growth->before.size(),
                         .proof = tlog::extension_proof(growth->before, growth->leaf_hashes)});
  }
  auto answer = call(ask, sign_timeout_ms);
  auto* said = answer ? std::get_if<Signed>(&*answer) : nullptr;
  if (said == nullptr || said->notes.size() != count) return std::unexpected(fault_of(answer));
  for (std::size_t i = 0; i < count; ++i) {
    if (auto taken = take(first[i].head, said->notes[i]); !taken) return taken;
    notes.push_back(std::move(said->notes[i]));
  }
  return {};
}

// More logs than a frame takes are signed in parts; a part that is signed and asked for again gives
// the same.
std::expected<std::vector<std::string>, core::Notary::Fault> RemoteNotary::extend(
    const std::vector<Growth>& growths) {
  std::vector<std::string> notes;
  for (std::size_t at = 0; at < growths.size(); at += heads_max) {
    const std::size_t count = std::min(heads_max, growths.size() - at);
    if (auto done = extend_some(growths.data() + at, count, notes); !done) {
      return std::unexpected(done.error());
    }
  }
  return notes;
}

std::expected<std::string, core::Notary::Fault> RemoteNotary::begin(const tlog::Checkpoint& head) {
  auto answer = call(Begin{.head = head}, sign_timeout_ms);
  auto* said = answer ? std::get_if<Signed>(&*answer) : nullptr;
  if (said == nullptr || said->notes.size() != 1) return std::unexpected(fault_of(answer));
  if (auto taken = take(head, said->notes.front()); !taken) {
    return std::unexpected(taken.error());
  }
  return std::move(said->notes.front());
}

// A connection of its own: any thread asks, and none waits for what another has asked.
std::optional<std::string> RemoteNotary::earlier(const Earlier& wanted) const {
  if (!answers_) return std::nullopt;
  auto socket = net::FramedSocket::connect(path_, connect_timeout_ms);
  if (!socket) return std::nullopt;
  const auto answer =
      exchange(*socket,
               core::signer_message::Earlier{
                   .note = std::string(wanted.note), .head = wanted.head, .proof = wanted.proof},
               ask_timeout_ms);
  if (!answer) answers_ = false;
  const auto* said = answer ? std::get_if<Signed>(&*answer) : nullptr;
  if (said == nullptr || said->notes.size() != 1) return std::nullopt;
  const auto note = tlog::Note::parse(said->notes.front());
  const auto head = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  return head && *head == wanted.head ? std::optional(said->notes.front()) : std::nullopt;
}

store::Result<void> RemoteNotary::Memory::put(
    const std::vector<std::pair<std::string, std::string>>& records) {
  for (std::size_t at = 0; at < records.size();) {
    Keep ask;
    std::size_t bytes = 0;
    for (; at < records.size() && ask.records.size() < records_max; ++at) {
      bytes += records[at].first.size() + records[at].second.size();
      if (!ask.records.empty() && bytes > body_bytes_max / 2) break;
      ask.records.push_back(records[at]);
    }
    const auto answer = notary_.call(ask, sign_timeout_ms);
    if (!answer || !std::holds_alternative<Done>(*answer)) {
      return std::unexpected(store::IoError{"The signer did not keep what it was to remember."});
    }
    for (auto& [name, text] : ask.records) notes_.insert_or_assign(name, std::move(text));
  }
  return {};
}

}  // namespace lp::server
