#include "actors.h"
#include "crypto/hash.h"
#include "http.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/unix_client.h"
#include "rigs.h"
#include "tracer.h"

namespace lp::faults {
namespace {

constexpr int admin_ms_max = 10'000;
constexpr int tidy_ms = 200, death_ms_max = 5'000;
constexpr const char* nonce = "nonce-0123456789abcdef";
constexpr const char* claim_key = "key-0123456789abcdef";
constexpr const char* other_key = "other-0123456789abcdef";

// What an executor does with a permit, and what the permit's state is before and after it.
enum class Step : std::uint8_t { claim, report };

// One approved request whose permit is claimed and reported, on a server that may die anywhere.
class Execution {
 public:
  explicit Execution(const Plan& plan) : plan_(plan) {}

  // What the rig could not do, or nothing. Before `step` all that comes earlier has happened.
  std::optional<std::string> make(Step step);
  std::optional<std::string> start() {
    if (auto started = server_->start(); !started) return started.error();
    return std::nullopt;
  }

  std::optional<Answer> claim(const char* key = claim_key) const {
    auto body = json::Value::object();
    body.add("token_sha256", crypto::sha256(token_).hex())
        .add("nonce", nonce)
        .add("claim_key", key);
    return call("POST", "/claim", json::compact(body));
  }
  std::optional<Answer> report(const char* outcome = "succeeded") const {
    auto body = json::Value::object();
    body.add("outcome", outcome).add("claim_key", claim_key);
    return call("POST", "/outcome", json::compact(body));
  }
  std::optional<Answer> act(Step step) const { return step == Step::claim ? claim() : report(); }
  [[nodiscard]] std::string state() const { return member(call("GET", "", {}), "state"); }
  // Of an answer that is a JSON object; "" without.
  static std::string member(const std::optional<Answer>& answer, std::string_view name) {
    const auto body = answer ? json::parse(answer->body) : json::parse("{}");
    return body ? std::string(body->root.find_string(name).value_or("")) : "";
  }
  // Why the log and its rows do not fit each other, or nothing.
  [[nodiscard]] std::optional<std::string> unfit() const;

  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] std::string file(const std::string& name) const {
    return home_.path() + "/" + name;
  }

 private:
  std::optional<std::string> approve();
  std::optional<Answer> call(std::string_view method, const std::string& what,
                             std::string_view body) const {
    HttpClient http(server_->port());
    return http.call(method, "/api/permits/" + permit_ + what,
                     "Authorization: Bearer " + executor_ + "\r\n", body);
  }

  const Plan& plan_;
  const Home home_;
  std::unique_ptr<Server> server_;
  std::string executor_, permit_, token_;
};

std::optional<std::string> Execution::make(Step step) {
  auto made = Server::make(plan_.binary, home_.path());
  if (!made) return made.error();
  server_ = *std::move(made);
  if (auto wrong = start()) return wrong;
  if (auto wrong = approve()) return wrong;
  if (step == Step::claim) return std::nullopt;
  const auto claimed = claim();
  if (!claimed || claimed->status != 200) return "nothing could be claimed";
  return std::nullopt;
}

std::optional<std::string> Execution::approve() {
  auto wish = json::Value::object();
  wish.add("project", "default").add("role", "executor").add("name", "rig");
  const auto key = net::call_unix(server_->place().socket(), net::Method::post, "/admin/keys",
                                  json::compact(wish), admin_ms_max);
  const auto told_key = key ? json::parse(key->body) : json::parse("{}");
  executor_ = told_key ? told_key->root.find_string("key").value_or("") : "";
  if (executor_.empty()) return "there is no executor";
  crypto::SystemEntropy entropy;
  History history;
  Promises promises;
  Ask ask = make_ask("executed", false, entropy);
  ask.body.insert(1, R"("capabilities":["permit"],)");
  Agent agent(*server_, history);
  const auto told = agent.ask(ask);
  auto approver = Approver::open(*server_, history, promises);
  if (!told || told->status != 200 || !approver) return "nothing could be asked";
  const auto decision = approver->consider(told->id, Verdict::approve);
  if (!decision || approver->decide(*decision) != Approver::Heard::granted) {
    return "nothing could be decided";
  }
  HttpClient http(server_->port());
  const auto answer = http.call("GET", "/api/status/" + told->id,
                                "Authorization: Bearer " + server_->agent_key() + "\r\n");
  const auto body = answer ? json::parse(answer->body) : json::parse("{}");
  const json::Value* permit = body ? body->root.find("permit") : nullptr;
  if (permit == nullptr) return "the approval has no permit";
  permit_ = permit->find_string("id").value_or("");
  token_ = permit->find_string("token").value_or("");
  return std::nullopt;
}

std::optional<std::string> Execution::unfit() const {
  const Command command{.words = {plan_.binary, "log", "verify", "--allow-test", "--json", "--data",
                                  server_->place().data},
                        .settings = {},
                        .log = file("verify")};
  auto child = Child::start(command);
  if (!child) return child.error();
  const std::string said = child->rest();
  // Without a trust file nothing is better than INDETERMINATE.
  if (said.find("\"INDETERMINATE\"") == std::string::npos) return "log verify: " + said;
  return std::nullopt;
}

class PermitKills {
 public:
  PermitKills(const Plan& plan, Report& report) : plan_(plan), report_(report) {}

  void run() {
    for (const Step step : {Step::claim, Step::report}) {
      // The last is the answer: the death comes when all is true, and nobody was told.
      for (const char* call : {"pwrite64", "fdatasync", "fsync", "sendmsg"}) {
        const unsigned most = plan_.every_call ? plan_.points : 2;
        for (unsigned n = 1; n <= most; ++n) {
          const auto reached = point(step, call, n);
          if (!reached) return;
          if (!*reached) break;
          ++points_;
        }
      }
    }
    report_.test("permits: kill -9 at " + std::to_string(points_) +
                     " system calls of claims and outcomes",
                 points_ >= 4, "fewer than four points were reached");
    report_.test("permits: what was claimed is claimed once, and an outcome stays", wrong_);
    report_.test("permits: some deaths came before it was true, and some after",
                 before_ > 0 && after_ > 0,
                 std::to_string(before_) + " before, " + std::to_string(after_) + " after");
  }

 private:
  // Whether the server died at that call; nothing when the rig itself failed.
  std::optional<bool> point(Step step, const std::string& call, unsigned n);
  void judge(Execution& execution, Step step, const std::string& name,
             const std::optional<Answer>& heard);

  std::optional<bool> failed(const std::string& name, const std::string& why) {
    report_.test("permits: " + name, false, why);
    return std::nullopt;
  }

  const Plan& plan_;
  Report& report_;
  std::uint64_t points_ = 0, before_ = 0, after_ = 0;
  std::vector<std::string> wrong_;
};

std::optional<bool> PermitKills::point(Step step, const std::string& call, unsigned n) {
  const std::string name =
      (step == Step::claim ? "claim, " : "outcome, ") + call + " number " + std::to_string(n);
  Execution execution(plan_);
  if (auto wrong = execution.make(step)) return failed(name, *wrong);
  auto tracer = Tracer::attach(execution.server().pid(), execution.file("trace"), call,
                               call + ":signal=KILL:when=" + std::to_string(n));
  if (!tracer) return failed(name, tracer.error());
  const auto heard = execution.act(step);
  // An answer may come before a flush that is nobody's to wait for.
  const auto ending = execution.server().wait(heard ? tidy_ms : death_ms_max);
  if (ending && !ending->killed()) return failed(name, "it ended with " + ending->text());
  if (!ending && !heard) return failed(name, "it lives, and has not answered");
  if (!ending) execution.server().kill();
  judge(execution, step, name, heard);
  return ending.has_value();
}

void PermitKills::judge(Execution& execution, Step step, const std::string& name,
                        const std::optional<Answer>& heard) {
  const auto demand = [&](bool fits, const std::string& what) {
    if (!fits) wrong_.push_back(name + ": " + what);
  };
  if (const auto wrong = execution.start()) return demand(false, *wrong);
  const bool claims = step == Step::claim;
  const std::string state = execution.state();
  const bool happened = state == (claims ? "claimed" : "succeeded");
  demand(happened || state == (claims ? "issued" : "claimed"), "its state is " + state);
  demand(!heard || happened, "it was acknowledged, and has not happened");
  ++(happened ? after_ : before_);
  // The same again is the same: whether it happened before or happens now.
  const auto again = execution.act(step);
  demand(again && again->status == 200, "it cannot be said again");
  if (claims) {
    demand(!heard || Execution::member(heard, "claim") == Execution::member(again, "claim"),
           "a claim has two answers");
    demand(Execution::member(execution.claim(other_key), "reason") == "permit_used",
           "it is claimed twice");
  } else {
    demand(Execution::member(execution.report("failed"), "reason") == "outcome_recorded",
           "it has two outcomes");
  }
  demand(execution.state() == (claims ? "claimed" : "succeeded"), "it is lost");
  if (const auto why = execution.unfit()) demand(false, *why);
}

}  // namespace

void permit_kills(const Plan& plan, Report& report) {
  if (const auto why = no_tracing()) return report.skip("permits", *why);
  PermitKills(plan, report).run();
}

}  // namespace lp::faults
