#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/file.h"
#include "base/text.h"
#include "crypto/p256.h"
#include "evidence/erasure.h"
#include "evidence/roster_document.h"
#include "json/write.h"
#include "net/unix_client.h"
#include "rigs.h"
#include "tracer.h"
#include "trial.h"

namespace lp::faults {
namespace {

constexpr std::uint64_t first_writes = 3;
constexpr int admin_ms_max = 10'000;
constexpr int tidy_ms = 200, death_ms_max = 5'000;
constexpr std::size_t key_bytes_max = 4'096;
constexpr std::size_t trace_bytes = 48;  // of ciphertext: it stands nowhere by chance

// All files of a directory, one after another.
std::string bytes_under(const std::string& root) {
  std::string bytes;
  for (const auto& item : std::filesystem::recursive_directory_iterator(root)) {
    if (!item.is_regular_file()) continue;
    std::ifstream file(item.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
  }
  return bytes;
}

// What is left of a request.
enum class Left : std::uint8_t { whole, gone, half };

// One decided request that an owner erases, on a server that may die anywhere on the way: between
// the commit, the tombstone, and the last byte in the write-ahead log.
class Erasure {
 public:
  explicit Erasure(const Plan& plan) : plan_(plan) {}

  // What the rig could not do, or nothing.
  std::optional<std::string> make();
  std::optional<std::string> start() {
    if (auto started = server_->start(); !started) return started.error();
    return std::nullopt;
  }
  // Whether the erasure was acknowledged.
  bool erase();
  // What there is now, and what is wrong with it. The server runs.
  Left look();

  [[nodiscard]] Server& server() { return *server_; }
  [[nodiscard]] std::string file(const std::string& name) const {
    return home_.path() + "/" + name;
  }
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  std::optional<std::string> ask_and_decide();
  std::expected<net::Reply, net::ConnectFault> post(const std::string& target,
                                                    const json::Value& body) const {
    return net::call_unix(server_->place().socket(), net::Method::post, target, json::compact(body),
                          admin_ms_max);
  }
  Left half(std::string why) {
    why_ = std::move(why);
    return Left::half;
  }
  // Why the log and its rows do not fit each other, or nothing.
  [[nodiscard]] std::optional<std::string> unfit() const;

  const Plan& plan_;
  const Home home_;
  std::unique_ptr<Server> server_;
  std::string id_, trace_, why_;
};

std::optional<std::string> Erasure::make() {
  auto made = Server::make(plan_.binary, home_.path());
  if (!made) return made.error();
  server_ = *std::move(made);
  if (auto wrong = start()) return wrong;
  return ask_and_decide();
}

std::optional<std::string> Erasure::ask_and_decide() {
  crypto::SystemEntropy entropy;
  History history;
  Promises promises;
  const Ask ask = make_ask("erased", false, entropy);
  Agent agent(*server_, history);
  const auto told = agent.ask(ask);
  auto approver = Approver::open(*server_, history, promises);
  if (!told || told->status != 200 || !approver) return "nothing could be asked";
  const auto decision = approver->consider(told->id, Verdict::approve);
  if (!decision || approver->decide(*decision) != Approver::Heard::granted) {
    return "nothing could be decided";
  }
  const auto body = json::parse(ask.body);
  const json::Value* payload = body ? body->root.find("payload") : nullptr;
  trace_ = payload == nullptr ? "" : payload->find_string("ct").value_or("");
  if (trace_.size() < trace_bytes) return "the ask has no ciphertext to look for";
  trace_.resize(trace_bytes);
  id_ = told->id;
  return std::nullopt;
}

bool Erasure::erase() {
  const auto der = read_secret_file(server_->place().test_approver(), key_bytes_max);
  const auto key = der ? crypto::P256Key::from_pkcs8(der->reveal()) : std::nullopt;
  if (!key) return false;
  const auto offer =
      post("/admin/erasures/offer",
           json::Value::object().add("request", id_).add("basis", "rig").add("operator", "rig"));
  const auto offered = offer ? json::parse(offer->body) : json::parse("{}");
  const json::Value* items = offered ? offered->root.find("items") : nullptr;
  if (items == nullptr || !items->is_array() || items->items().size() != 1) return false;
  const json::Value& item = items->items().front();
  const std::string document(item.find_string("document").value_or(""));
  const std::string signature = key->sign(evidence::erasure_signing_bytes(document));
  auto signed_items = json::Value::array();
  signed_items.items().push_back(
      json::Value::object()
          .add("project", item.find_string("project").value_or(""))
          .add("document", document)
          .add("signatures",
               evidence::signatures_text({{.spki = key->spki(), .signature = signature}})));
  const auto done =
      post("/admin/erasures", json::Value::object().add("items", std::move(signed_items)));
  return done && done->status == 200;
}

std::optional<std::string> Erasure::unfit() const {
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

Left Erasure::look() {
  if (const auto why = unfit()) return half(*why);
  const auto reply = net::call_unix(server_->place().socket(), net::Method::get,
                                    "/admin/requests/" + id_, {}, admin_ms_max);
  if (!reply) return half("no answer");
  const bool there = bytes_under(server_->place().data).find(trace_) != std::string::npos;
  if (reply->status == 200 && there) return Left::whole;
  if (reply->status == 410 && !there) return Left::gone;
  return half("the server says " + std::to_string(reply->status) + ", and its ciphertext is " +
              (there ? "there" : "not there"));
}

class ErasureKills {
 public:
  ErasureKills(const Plan& plan, Report& report) : plan_(plan), report_(report) {}

  void run() {
    // A death at a flush comes after what it would have flushed was written, which a death alone
    // does not lose: the first writes are what it can still prevent.
    std::vector<std::pair<std::string, std::uint64_t>> calls = {{"pwrite64", first_writes},
                                                                {"fdatasync", plan_.points}};
    if (plan_.every_call) {
      calls.front().second = plan_.points;
      for (const char* call : {"fsync", "unlink", "ftruncate"}) {
        calls.emplace_back(call, plan_.points);
      }
    }
    for (const auto& [call, most] : calls) {
      for (unsigned n = 1; n <= most; ++n) {
        const auto reached = point(call, n);
        if (!reached) return;
        if (!*reached) break;
        ++points_;
      }
    }
    report_.test("erasure: kill -9 at " + std::to_string(points_) +
                     " system calls between its commit and the end of it",
                 points_ >= 3, "fewer than three points were reached");
    report_.test("erasure: it is wholly there after the next start, or wholly not", halves_);
    report_.test("erasure: what was acknowledged is erased, and stays so", forgotten_);
    report_.test("erasure: some deaths came before it was true, and some after",
                 whole_ > 0 && gone_ > 0,
                 std::to_string(whole_) + " before, " + std::to_string(gone_) + " after");
  }

 private:
  // Whether the server died at that call; nothing when the rig itself failed.
  std::optional<bool> point(const std::string& call, unsigned n);
  void judge(Erasure& erasure, const std::string& name, bool acknowledged);

  std::optional<bool> failed(const std::string& name, const std::string& why) {
    report_.test("erasure: " + name, false, why);
    return std::nullopt;
  }

  const Plan& plan_;
  Report& report_;
  std::uint64_t points_ = 0, whole_ = 0, gone_ = 0;
  std::vector<std::string> halves_, forgotten_;
};

std::optional<bool> ErasureKills::point(const std::string& call, unsigned n) {
  const std::string name = call + " number " + std::to_string(n);
  Erasure erasure(plan_);
  if (auto wrong = erasure.make()) return failed(name, *wrong);
  auto tracer = Tracer::attach(erasure.server().pid(), erasure.file("trace"), call,
                               call + ":signal=KILL:when=" + std::to_string(n));
  if (!tracer) return failed(name, tracer.error());
  const bool acknowledged = erasure.erase();
  // An answer may come before a flush that is nobody's to wait for.
  const auto ending = erasure.server().wait(acknowledged ? tidy_ms : death_ms_max);
  if (ending && !ending->killed()) return failed(name, "it ended with " + ending->text());
  if (!ending && !acknowledged) return failed(name, "it lives, and has not erased");
  if (!ending) erasure.server().kill();
  judge(erasure, name, acknowledged);
  return ending.has_value();
}

void ErasureKills::judge(Erasure& erasure, const std::string& name, bool acknowledged) {
  if (const auto wrong = erasure.start()) {
    halves_.push_back(name + ": " + *wrong);
    return;
  }
  const Left left = erasure.look();
  if (left == Left::half) halves_.push_back(name + ": " + erasure.why());
  if (left == Left::whole) ++whole_;
  if (left == Left::gone) ++gone_;
  if (acknowledged && left != Left::gone) forgotten_.push_back(name);
  // What did not happen can happen now; what did stays at the next start.
  if (left == Left::whole && !erasure.erase()) forgotten_.push_back(name + ": not any more");
  erasure.server().kill();
  if (const auto wrong = erasure.start()) {
    halves_.push_back(name + ", second start: " + *wrong);
    return;
  }
  if (erasure.look() != Left::gone) forgotten_.push_back(name + ", second start");
}

}  // namespace

void erasure_kills(const Plan& plan, Report& report) {
  if (const auto why = no_tracing()) return report.skip("erasure", *why);
  ErasureKills(plan, report).run();
}

}  // namespace lp::faults
