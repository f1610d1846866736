#include "history.h"

#include <algorithm>
#include <utility>

namespace lp::faults {
namespace {

bool closed(Shown shown) {
  return shown != Shown::missing && shown != Shown::pending;
}

std::string about(const std::string& id, std::string_view what) {
  return id + ": " + std::string(what);
}

}  // namespace

Shown shown(Verdict verdict) {
  return verdict == Verdict::approve ? Shown::approved : Shown::rejected;
}

std::string_view to_string(Shown shown) {
  switch (shown) {
    case Shown::missing:
      return "missing";
    case Shown::pending:
      return "pending";
    case Shown::approved:
      return "approved";
    case Shown::rejected:
      return "rejected";
    case Shown::other:
      return "closed by nobody's decision";
  }
  return "unknown";
}

std::string_view to_string(Wrong wrong) {
  switch (wrong) {
    case Wrong::lost:
      return "lost";
    case Wrong::stale:
      return "stale";
    case Wrong::changed:
      return "changed";
    case Wrong::duplicated:
      return "duplicated";
    case Wrong::unexpected:
      return "unexpected";
    case Wrong::stuck:
      return "stuck";
  }
  return "unknown";
}

Figures& Figures::operator+=(const Figures& more) {
  attempts += more.attempts;
  acknowledged += more.acknowledged;
  recovered += more.recovered;
  reads += more.reads;
  return *this;
}

History::Tick History::now() {
  const std::lock_guard lock(mutex_);
  return ++tick_;
}

void History::fault(Wrong wrong, std::string what) {
  faults_.push_back({wrong, std::move(what)});
}

History::Request& History::know(const std::string& id) {
  Request& request = requests_[id];
  if (!request.known) request.known = ++tick_;
  return request;
}

void History::tell(const std::string& id, Request& request, Shown what) {
  if (!request.told) {
    request.told = what;
    request.told_at = ++tick_;
  } else if (*request.told != what) {
    fault(Wrong::changed, about(id, "first " + std::string(to_string(*request.told)) + ", then " +
                                        std::string(to_string(what))));
  }
}

void History::ask(const std::string& name) {
  const std::lock_guard lock(mutex_);
  asks_.try_emplace(name);
}

void History::asked(const std::string& name, const std::string& id) {
  const std::lock_guard lock(mutex_);
  Ask& ask = asks_[name];
  if (!ask.id.empty() && ask.id != id) {
    fault(Wrong::duplicated, about(name, "is " + ask.id + " and " + id));
  }
  ask.state = State::done;
  ask.id = id;
  know(id).ends_otherwise |= ask.ends_otherwise;
}

void History::ask_refused(const std::string& name) {
  const std::lock_guard lock(mutex_);
  Ask& ask = asks_[name];
  if (ask.state == State::open) ask.state = State::refused;
}

void History::listed(const std::string& name, const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = asks_.find(name);
  if (found == asks_.end()) {
    fault(Wrong::unexpected, about(id, "exists, and nobody asked for it (" + name + ")"));
    return;
  }
  Ask& ask = found->second;
  if (ask.state == State::refused) {
    fault(Wrong::unexpected, about(id, "exists, and " + name + " was refused"));
  }
  const std::string& before = ask.id.empty() ? ask.listed_id : ask.id;
  if (!before.empty() && before != id) {
    fault(Wrong::duplicated, about(name, "is " + before + " and " + id));
  }
  ask.listed_id = id;
  know(id).ends_otherwise |= ask.ends_otherwise;
}

void History::ends_otherwise(const std::string& name) {
  const std::lock_guard lock(mutex_);
  asks_[name].ends_otherwise = true;
}

History::Wish History::wish(const std::string& id, Verdict verdict) {
  const std::lock_guard lock(mutex_);
  wishes_.push_back({.id = id, .verdict = verdict});
  requests_[id].wishes.push_back(wishes_.size() - 1);
  return wishes_.size() - 1;
}

void History::granted(Wish wish) {
  const std::lock_guard lock(mutex_);
  Wished& wished = wishes_[wish];
  wished.state = State::done;
  tell(wished.id, know(wished.id), shown(wished.verdict));
}

void History::beaten(Wish wish, Shown winner) {
  const std::lock_guard lock(mutex_);
  Wished& wished = wishes_[wish];
  if (wished.state == State::done) {
    fault(Wrong::changed, about(wished.id, "a decision was granted and refused later"));
  }
  wished.state = State::refused;
  Request& request = know(wished.id);
  if (closed(winner)) {
    tell(wished.id, request, winner);
  } else {
    fault(Wrong::unexpected, about(wished.id, "refused as decided, and the decision not named"));
  }
}

void History::read(const std::string& id, Shown what, Tick begun) {
  const std::lock_guard lock(mutex_);
  ++reads_;
  Request& request = requests_[id];
  const bool must_exist = request.known && *request.known < begun;
  const bool must_be_closed = request.told && request.told_at < begun;
  if ((what == Shown::missing && must_exist) || (!closed(what) && must_be_closed)) {
    request.stale = true;
  }
  if (what != Shown::missing) know(id);
  if (closed(what)) tell(id, request, what);
  request.read_in = life_;
  if (begun >= request.last_begun) {
    request.last_begun = begun;
    request.last = what;
  }
}

void History::logged(const std::string& id) {
  const std::lock_guard lock(mutex_);
  Request& request = requests_[id];
  if (request.logged) fault(Wrong::duplicated, about(id, "is in the log twice"));
  request.logged = true;
}

void History::logged_closed(const std::string& id, Shown what) {
  const std::lock_guard lock(mutex_);
  Request& request = requests_[id];
  if (request.logged_as) fault(Wrong::duplicated, about(id, "is closed twice in the log"));
  request.logged_as = what;
}

void History::report(Wrong wrong, std::string what) {
  const std::lock_guard lock(mutex_);
  fault(wrong, std::move(what));
}

void History::restarted() {
  const std::lock_guard lock(mutex_);
  ++life_;
}

void History::check_wishes(const std::string& id, const Request& request,
                           std::vector<Fault>& faults) const {
  const auto told = request.told ? request.told : request.logged_as;
  std::size_t granted = 0;
  bool wished = request.ends_otherwise && told == Shown::other;
  for (const Wish number : request.wishes) {
    const Wished& wish = wishes_[number];
    granted += wish.state == State::done ? 1 : 0;
    wished |= wish.state != State::refused && told && shown(wish.verdict) == *told;
  }
  if (granted > 1) faults.push_back({Wrong::duplicated, about(id, "several decisions granted")});
  if (told && !wished) {
    faults.push_back(
        {Wrong::unexpected, about(id, "is " + std::string(to_string(*told)) +
                                          ", which nobody wished or which was refused")});
  }
}

void History::check_log(const std::string& id, const Request& request,
                        std::vector<Fault>& faults) const {
  if (request.known && !request.logged) {
    faults.push_back({Wrong::lost, about(id, "is not in the log")});
  }
  if (!request.known && request.logged) {
    faults.push_back({Wrong::unexpected, about(id, "is in the log and in no list")});
  }
  if (request.told && !request.logged_as) {
    faults.push_back({Wrong::lost, about(id, "the log has no decision")});
  } else if (request.told && request.logged_as != request.told) {
    faults.push_back({Wrong::changed, about(id, "the log has another decision")});
  } else if (!request.told && request.logged_as) {
    faults.push_back({Wrong::lost, about(id, "the log has a decision that is shown to nobody")});
  }
}

void History::check(const std::string& id, const Request& request,
                    std::vector<Fault>& faults) const {
  const bool unread = request.read_in != life_;
  if (request.known && (unread || request.last == Shown::missing)) {
    faults.push_back({Wrong::lost, about(id, unread ? "was not read at the end" : "is gone")});
  } else if (request.told && !closed(request.last)) {
    faults.push_back({Wrong::lost, about(id, "its decision is gone")});
  } else if (request.stale) {
    faults.push_back({Wrong::stale, about(id, "a read showed less than had been told before")});
  }
  check_wishes(id, request, faults);
  check_log(id, request, faults);
}

std::vector<Fault> History::finish() const {
  const std::lock_guard lock(mutex_);
  std::vector<Fault> faults = faults_;
  for (const auto& [name, ask] : asks_) {
    if (ask.state == State::done && ask.listed_id.empty()) {
      faults.push_back({Wrong::lost, about(name, "is acknowledged and in no list")});
    }
  }
  for (const auto& [id, request] : requests_) check(id, request, faults);
  return faults;
}

Figures History::figures() const {
  const std::lock_guard lock(mutex_);
  Figures figures{.attempts = asks_.size() + wishes_.size(), .reads = reads_};
  for (const auto& [name, ask] : asks_) {
    figures.acknowledged += ask.state == State::done ? 1U : 0U;
    figures.recovered += ask.state == State::open && !ask.listed_id.empty() ? 1U : 0U;
  }
  for (const auto& [id, request] : requests_) {
    const auto granted = std::ranges::count_if(
        request.wishes, [&](Wish wish) { return wishes_[wish].state == State::done; });
    figures.acknowledged += static_cast<std::uint64_t>(granted);
    figures.recovered += request.logged_as && granted == 0 ? 1U : 0U;
  }
  return figures;
}

std::vector<History::Asked> History::asks() const {
  const std::lock_guard lock(mutex_);
  std::vector<Asked> asks;
  for (const auto& [name, ask] : asks_) asks.push_back({name, ask.id, ask.ends_otherwise});
  return asks;
}

std::vector<History::Wanted> History::wishes() const {
  const std::lock_guard lock(mutex_);
  std::vector<Wanted> wishes;
  for (const auto& wish : wishes_) {
    wishes.push_back({wish.id, wish.verdict, wish.state == State::done});
  }
  return wishes;
}

std::map<std::string, Shown> History::closings() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Shown> closed;
  for (const auto& [id, request] : requests_) {
    if (const auto how = request.told ? request.told : request.logged_as) closed[id] = *how;
  }
  return closed;
}

std::vector<std::string> History::unread() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, request] : requests_) {
    if (request.known && request.read_in != life_) ids.push_back(id);
  }
  return ids;
}

}  // namespace lp::faults
