#include "power_verdict.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "audit.h"
#include "store/lock_journal.h"

namespace lp::faults {
namespace {

constexpr const char* signer_file = "data.signer/checkpoints";
// How many of each kind are tried again.
constexpr std::size_t tried_again = 3;
// Far more than a delivery takes; after a failed attempt the next one comes in five seconds.
constexpr int delivery_ms_max = 60'000, look_again_ms = 10;

// The number of leaves that a checkpoint covers: its second line.
std::uint64_t size_of(std::string_view note) {
  const std::size_t line = note.find('\n');
  std::uint64_t size = 0;
  if (line == std::string_view::npos) return 0;
  std::from_chars(note.data() + line + 1, note.data() + note.size(), size);
  return size;
}

class Judgement {
 public:
  Judgement(const Plan& plan, const Recording& recording, Receiver& receiver, const Cut& cut,
            const std::set<std::string>& delivered)
      : plan_(plan),
        recording_(recording),
        receiver_(receiver),
        moment_(cut.moment),
        delivered_(delivered),
        random_(cut.seed) {}

  PowerVerdict pass(const Image& image);

 private:
  using Failed = std::optional<std::string>;

  void remember();
  void check_signer(const Image& image);
  Failed look(const Image& image);
  Failed make_again(const std::string& home);
  Failed decide_again(const Server& server);
  Failed fetch_snapshots(const Server& server);
  // Webhooks of decisions that somebody had been told: sent before the cut, or now.
  void wait_for_deliveries();
  // Keyed asks that had an answer by then, or had none.
  std::vector<Ask> some_asks(bool answered);

  const Plan& plan_;
  const Recording& recording_;
  Receiver& receiver_;
  const Moment moment_;
  const std::set<std::string>& delivered_;
  std::mt19937_64 random_;
  History history_;
  Promises promises_;
  std::map<std::string, Shown> told_;  // by id
  std::set<std::string> answered_;     // names of asks
  PowerVerdict verdict_;
};

// The history up to the cut. All asks and decisions may have been made by then, but only what the
// server had let out must have been.
void Judgement::remember() {
  std::map<std::string, std::string> names;
  for (const auto& ask : recording_.asks) {
    history_.ask(ask.name);
    if (ask.ends_otherwise) history_.ends_otherwise(ask.name);
    if (!ask.id.empty()) names[ask.id] = ask.name;
  }
  for (const auto& disclosure : recording_.disclosures) {
    if (disclosure.moment > moment_) break;
    const auto name = names.find(disclosure.id);
    if (name == names.end()) continue;
    Shown& told = told_.try_emplace(disclosure.id, Shown::pending).first->second;
    if (answered_.insert(name->second).second) history_.asked(name->second, disclosure.id);
    if (disclosure.shown == Shown::pending || told == disclosure.shown) continue;
    told = disclosure.shown;
    history_.read(disclosure.id, disclosure.shown, history_.now());
  }
  for (const auto& wish : recording_.wishes) {
    const auto number = history_.wish(wish.id, wish.verdict);
    const auto told = told_.find(wish.id);
    if (wish.granted && told != told_.end() && told->second != Shown::pending) {
      history_.granted(number);
    }
  }
  for (const auto& promise : recording_.promises) {
    if (promise.moment <= moment_) promises_.add(promise.promise);
  }
  history_.restarted();
}

void Judgement::check_signer(const Image& image) {
  std::uint64_t given = 0;
  for (const auto& promise : recording_.promises) {
    if (promise.moment <= moment_) given = std::max(given, size_of(promise.promise.note));
  }
  if (given == 0) return;
  const auto file = image.find(signer_file);
  const auto contents =
      file == image.end() ? std::nullopt : store::lock_journal::read(file->second.bytes);
  std::uint64_t remembered = 0;
  if (contents) {
    for (const auto& [origin, note] : contents->notes) {
      remembered = std::max(remembered, size_of(note));
    }
  }
  if (remembered < given) {
    verdict_.forgotten.push_back("a checkpoint over " + std::to_string(given) +
                                 " leaves was given away, the signer remembers " +
                                 (contents ? std::to_string(remembered) : "nothing"));
  }
}

std::vector<Ask> Judgement::some_asks(bool answered) {
  std::vector<Ask> some;
  std::ranges::copy_if(recording_.repeatable, std::back_inserter(some),
                       [&](const Ask& ask) { return answered_.contains(ask.name) == answered; });
  std::ranges::shuffle(some, random_);
  some.resize(std::min(some.size(), tried_again));
  return some;
}

// What is decided is offered to nobody; what is not can be decided, once.
Judgement::Failed Judgement::decide_again(const Server& server) {
  auto approver = Approver::open(server, history_, promises_);
  if (!approver) return approver.error();
  std::vector<std::string> open, closed;
  for (const auto& [id, shown] : told_) (shown == Shown::pending ? open : closed).push_back(id);
  for (auto* ids : {&open, &closed}) {
    std::ranges::shuffle(*ids, random_);
    ids->resize(std::min(ids->size(), tried_again));
    for (const auto& id : *ids) {
      const auto opposite = told_[id] == Shown::approved ? Verdict::reject : Verdict::approve;
      const auto decision = approver->consider(id, opposite);
      if (decision) approver->decide(*decision);
      if (approver->gone()) return "no answer to a decision";
    }
  }
  return std::nullopt;
}

Judgement::Failed Judgement::fetch_snapshots(const Server& server) {
  HttpClient http(server.port());
  for (const auto& [moment, left] : recording_.kept) {
    if (moment > moment_) break;
    const auto answer = http.call("GET", left.path, {});
    if (!answer) return left.id + ": no answer to a snapshot";
    if (answer->status != 200 || answer->body != left.bytes) {
      history_.report(Wrong::lost, left.id + ": its snapshot comes back as " +
                                       std::to_string(answer->status) + " and other bytes");
    }
  }
  return std::nullopt;
}

// Before `init` was through it is called again: it must complete what the cut interrupted.
Judgement::Failed Judgement::make_again(const std::string& home) {
  const auto done = run(
      {.words = {plan_.binary, "init", "--data", home + "/data", "--test"}, .log = home + "/log"});
  if (!done) return done.error();
  return std::nullopt;
}

void Judgement::wait_for_deliveries() {
  std::set<std::string> missing;
  for (const auto& [id, shown] : told_) {
    if (shown != Shown::pending && !delivered_.contains(id)) missing.insert(id);
  }
  for (int waited = 0; !missing.empty() && waited < delivery_ms_max; waited += look_again_ms) {
    std::erase_if(missing, [&](const std::string& id) { return receiver_.find(id).has_value(); });
    if (!missing.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(look_again_ms));
  }
  for (const auto& id : missing) verdict_.undelivered.push_back(id + " is delivered to nobody");
  const auto wrong = receiver_.wrong();
  verdict_.undelivered.insert(verdict_.undelivered.end(), wrong.begin(), wrong.end());
}

Judgement::Failed Judgement::look(const Image& image) {
  const Home home;
  if (auto wrong = write_image(image, home.path())) return wrong;
  const bool made = moment_ >= recording_.made;
  if (!made) {
    if (auto wrong = make_again(home.path())) return wrong;
  }
  const auto server =
      Server::on_copy(plan_.binary, home.path(), recording_.agent_key, with_webhooks(receiver_));
  receiver_.forget();
  if (auto started = server->start(); !started) return started.error();
  Audit audit(*server, history_, promises_);
  Unanswered unanswered;
  std::vector<Ask> repeated;
  if (made) {
    if (auto wrong = decide_again(*server)) return wrong;
    if (auto wrong = fetch_snapshots(*server)) return wrong;
    unanswered.asks = some_asks(false);
    repeated = some_asks(true);
  }
  Audit::Done done = audit.after_restart(unanswered, repeated, random_());
  if (done) done = audit.finish();
  verdict_.log_faults = audit.shrunk();
  verdict_.log_faults.insert(verdict_.log_faults.end(), audit.invalid().begin(),
                             audit.invalid().end());
  if (done) wait_for_deliveries();
  server->kill();
  if (!done) return done.error();
  return std::nullopt;
}

PowerVerdict Judgement::pass(const Image& image) {
  remember();
  check_signer(image);
  if (auto wrong = look(image)) verdict_.broken.push_back(*wrong);
  verdict_.faults = history_.finish();
  verdict_.figures = history_.figures();
  // What cannot be read is not lost twice over.
  if (!verdict_.broken.empty()) verdict_.faults.clear();
  return std::move(verdict_);
}

}  // namespace

PowerVerdict judge(const Plan& plan, const Recording& recording, Receiver& receiver,
                   const Image& image, const Cut& cut, const std::set<std::string>& delivered) {
  return Judgement(plan, recording, receiver, cut, delivered).pass(image);
}

}  // namespace lp::faults
