#include "core/signer_message.h"

#include <utility>

#include "base/assert.h"

namespace lp::core::signer_message {
namespace {

constexpr std::uint8_t version = 2;

enum class Kind : std::uint8_t {
  ping = 1,
  recall = 2,
  ask_keys = 3,
  extend = 4,
  begin = 5,
  earlier = 6,
  keep = 7,
  hold = 8,
  draft = 9,
  follow = 10,
  done = 129,
  remembered = 130,
  keys = 131,
  notes = 132,
  refusal = 133,
};

class Writer {
 public:
  explicit Writer(Kind kind) {
    number(version, 1);
    number(static_cast<std::uint8_t>(kind), 1);
  }
  void number(std::uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i-- > 0;) {
      bytes_.push_back(static_cast<char>(static_cast<unsigned char>(value >> (8 * i))));
    }
  }
  void name(std::string_view value) { counted(value, 2); }
  void text(std::string_view value) { counted(value, 4); }
  void digest(const Digest& value) { bytes_.append(value.view()); }
  void proof(const std::vector<Digest>& hashes) {
    number(hashes.size(), 2);
    for (const Digest& hash : hashes) digest(hash);
  }
  void head(const tlog::Checkpoint& head) {
    name(head.origin);
    number(head.size, 8);
    digest(head.root);
  }
  void records(const Records& records) {
    number(records.size(), 2);
    for (const auto& [record, content] : records) {
      name(record);
      text(content);
    }
  }
  std::string take() && { return std::move(bytes_); }

 private:
  void counted(std::string_view value, unsigned bytes) {
    number(value.size(), bytes);
    bytes_.append(value);
  }
  std::string bytes_;
};

// Takes a body apart from its front. After the first thing that is not there everything is empty,
// and whole() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number(unsigned bytes) {
    std::uint64_t value = 0;
    for (const char byte : piece(bytes)) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
  }
  std::string name() { return counted(2, name_bytes_max); }
  std::string text() { return counted(4, text_bytes_max); }
  Digest digest() { return Digest::from_bytes(piece(32)).value_or(Digest{}); }
  std::size_t count(unsigned bytes, std::size_t count_max) {
    const std::uint64_t count = number(bytes);
    if (count > count_max) whole_ = false;
    return whole_ ? static_cast<std::size_t>(count) : 0;
  }
  std::vector<Digest> proof() {
    std::vector<Digest> hashes;
    for (std::size_t left = count(2, proof_hashes_max); whole_ && left > 0; --left) {
      hashes.push_back(digest());
    }
    return hashes;
  }
  tlog::Checkpoint head() {
    tlog::Checkpoint head;
    head.origin = name();
    head.size = number(8);
    head.root = digest();
    // An origin is a key's name, so that no record is ever signed as a log.
    if (!tlog::is_key_name(head.origin)) whole_ = false;
    return head;
  }
  Records records() {
    Records records;
    for (std::size_t left = count(2, records_max); whole_ && left > 0; --left) {
      std::string record = name();
      records.emplace_back(std::move(record), text());
    }
    return records;
  }
  void refuse() { whole_ = false; }
  // Nothing was missing so far.
  [[nodiscard]] bool good() const { return whole_; }
  // Everything was there and nothing is left.
  [[nodiscard]] bool whole() const { return whole_ && rest_.empty(); }

 private:
  std::string_view piece(std::size_t bytes) {
    if (!whole_ || rest_.size() < bytes) {
      whole_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::string counted(unsigned bytes, std::size_t size_max) {
    return std::string(piece(count(bytes, size_max)));
  }

  std::string_view rest_;
  bool whole_ = true;
};

struct WriteRequest {
  std::string operator()(const Ping&) const { return Writer(Kind::ping).take(); }
  std::string operator()(const Recall& ask) const {
    Writer out(Kind::recall);
    out.name(ask.after);
    return std::move(out).take();
  }
  std::string operator()(const AskKeys& ask) const {
    Writer out(Kind::ask_keys);
    out.name(ask.origin);
    return std::move(out).take();
  }
  std::string operator()(const Draft& ask) const {
    Writer out(Kind::draft);
    out.name(ask.origin);
    return std::move(out).take();
  }
  std::string operator()(const Follow& ask) const {
    Writer out(Kind::follow);
    out.name(ask.origin);
    out.number(ask.versions.size(), 2);
    for (const Notary::SignedRoster& one : ask.versions) {
      out.text(one.head);
      out.text(one.signatures);
    }
    return std::move(out).take();
  }
  std::string operator()(const Extend& ask) const {
    Writer out(Kind::extend);
    out.number(ask.steps.size(), 2);
    for (const Step& step : ask.steps) {
      out.head(step.head);
      out.number(step.old_size, 8);
      out.proof(step.proof);
    }
    return std::move(out).take();
  }
  std::string operator()(const Begin& ask) const {
    Writer out(Kind::begin);
    out.head(ask.head);
    return std::move(out).take();
  }
  std::string operator()(const Earlier& ask) const {
    Writer out(Kind::earlier);
    out.text(ask.note);
    out.head(ask.head);
    out.proof(ask.proof);
    return std::move(out).take();
  }
  std::string operator()(const Hold&) const { return Writer(Kind::hold).take(); }
  std::string operator()(const Keep& ask) const {
    Writer out(Kind::keep);
    out.records(ask.records);
    return std::move(out).take();
  }
};

struct WriteAnswer {
  std::string operator()(const Done&) const { return Writer(Kind::done).take(); }
  std::string operator()(const Remembered& answer) const {
    Writer out(Kind::remembered);
    out.number(answer.all ? 1 : 0, 1);
    out.records(answer.records);
    return std::move(out).take();
  }
  std::string operator()(const Keys& answer) const {
    Writer out(Kind::keys);
    out.number(answer.turns.size(), 2);
    for (const Keys::Turn& turn : answer.turns) {
      out.name(turn.vkey);
      out.number(turn.from, 8);
    }
    out.name(answer.next);
    return std::move(out).take();
  }
  std::string operator()(const Signed& answer) const {
    Writer out(Kind::notes);
    out.number(answer.notes.size(), 2);
    for (const std::string& note : answer.notes) out.text(note);
    return std::move(out).take();
  }
  std::string operator()(const Refusal& answer) const {
    Writer out(Kind::refusal);
    out.number(static_cast<std::uint8_t>(answer), 1);
    return std::move(out).take();
  }
};

Extend read_extend(Reader& in) {
  Extend ask;
  const std::size_t count = in.count(2, heads_max);
  if (count == 0) in.refuse();
  for (std::size_t left = count; left > 0; --left) {
    Step step;
    step.head = in.head();
    step.old_size = in.number(8);
    step.proof = in.proof();
    ask.steps.push_back(std::move(step));
  }
  return ask;
}

// The name of a log.
std::string read_origin(Reader& in) {
  std::string origin = in.name();
  if (!tlog::is_key_name(origin)) in.refuse();
  return origin;
}

Follow read_follow(Reader& in) {
  Follow ask{.origin = read_origin(in), .versions = {}};
  const std::size_t count = in.count(2, rosters_max);
  if (count == 0) in.refuse();
  for (std::size_t left = count; left > 0 && in.good(); --left) {
    std::string head = in.text();
    ask.versions.push_back({.head = std::move(head), .signatures = in.text()});
  }
  return ask;
}

Keys read_keys(Reader& in) {
  Keys answer;
  const std::size_t count = in.count(2, turns_max);
  if (count == 0) in.refuse();
  for (std::size_t left = count; left > 0 && in.good(); --left) {
    std::string vkey = in.name();
    answer.turns.push_back({.vkey = std::move(vkey), .from = in.number(8)});
  }
  answer.next = in.name();
  return answer;
}

Signed read_notes(Reader& in) {
  Signed answer;
  for (std::size_t left = in.count(2, heads_max); left > 0; --left) {
    answer.notes.push_back(in.text());
  }
  return answer;
}

Remembered read_remembered(Reader& in) {
  const std::uint64_t all = in.number(1);
  if (all > 1) in.refuse();
  return {.all = all == 1, .records = in.records()};
}

Refusal read_refusal(Reader& in) {
  const std::uint64_t value = in.number(1);
  if (value < 1 || value > static_cast<std::uint8_t>(Refusal::not_owners)) in.refuse();
  return static_cast<Refusal>(value);
}

std::optional<Request> request_of(Kind kind, Reader& in) {
  switch (kind) {
    case Kind::ping:
      return Ping{};
    case Kind::recall:
      return Recall{.after = in.name()};
    case Kind::ask_keys:
      return AskKeys{.origin = read_origin(in)};
    case Kind::extend:
      return read_extend(in);
    case Kind::begin:
      return Begin{.head = in.head()};
    case Kind::earlier: {
      Earlier ask;
      ask.note = in.text();
      ask.head = in.head();
      ask.proof = in.proof();
      return ask;
    }
    case Kind::keep:
      return Keep{.records = in.records()};
    case Kind::hold:
      return Hold{};
    case Kind::draft:
      return Draft{.origin = read_origin(in)};
    case Kind::follow:
      return read_follow(in);
    case Kind::done:
    case Kind::remembered:
    case Kind::keys:
    case Kind::notes:
    case Kind::refusal:
      break;
  }
  return std::nullopt;
}

std::optional<Answer> answer_of(Kind kind, Reader& in) {
  switch (kind) {
    case Kind::done:
      return Done{};
    case Kind::remembered:
      return read_remembered(in);
    case Kind::keys:
      return read_keys(in);
    case Kind::notes:
      return read_notes(in);
    case Kind::refusal:
      return read_refusal(in);
    case Kind::ping:
    case Kind::recall:
    case Kind::ask_keys:
    case Kind::extend:
    case Kind::begin:
    case Kind::earlier:
    case Kind::keep:
    case Kind::hold:
    case Kind::draft:
    case Kind::follow:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
      return "malformed";
    case Refusal::unknown_origin:
      return "unknown origin";
    case Refusal::not_an_extension:
      return "not an extension";
    case Refusal::closed:
      return "closed";
    case Refusal::not_allowed:
      return "not allowed";
    case Refusal::not_kept:
      return "not kept";
    case Refusal::not_holder:
      return "not the holder";
    case Refusal::not_owners:
      return "not the owners";
  }
  LP_ASSERT(false);
  return {};
}

std::string to_bytes(const Request& request) {
  return std::visit(WriteRequest{}, request);
}

std::string to_bytes(const Answer& answer) {
  return std::visit(WriteAnswer{}, answer);
}

std::optional<Request> read_request(std::string_view body) {
  Reader in(body);
  if (in.number(1) != version) return std::nullopt;
  auto request = request_of(static_cast<Kind>(in.number(1)), in);
  return in.whole() ? request : std::nullopt;
}

std::optional<Answer> read_answer(std::string_view body) {
  Reader in(body);
  if (in.number(1) != version) return std::nullopt;
  auto answer = answer_of(static_cast<Kind>(in.number(1)), in);
  return in.whole() ? answer : std::nullopt;
}

}  // namespace lp::core::signer_message
