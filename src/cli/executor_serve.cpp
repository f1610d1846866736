#include "cli/executor_serve.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/bounded_queue.h"
#include "base/file.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/executor_door.h"
#include "cli/interruption.h"
#include "cli/output.h"
#include "crypto/hash.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/server.h"
#include "server/config.h"

namespace lp::cli {
namespace {

constexpr std::size_t trust_bytes_max = 1 << 20, key_bytes_max = 1'024;
constexpr std::size_t token_min = 16, token_max = 1'024;
constexpr std::size_t claim_key_min = 16, claim_key_max = 128;
constexpr std::size_t body_bytes_max = 16 * 1024, text_max = 512;
constexpr std::size_t waiting_max = 64;  // requests at a time
constexpr std::chrono::milliseconds look_up(100);
constexpr std::int64_t drain_ms = 2'000;

struct ServeFlags {
  std::string url, trust_file, executor, key_file, authorities, ledger, token_file;
  std::string listen = "127.0.0.1:8410";
  bool allow_test = false;
};

net::Reply say(int status, const json::Value& body) {
  return {.status = status,
          .body = json::compact(body),
          .headers = {{"Cache-Control", "no-store"}}};
}

net::Reply say(int status, std::string_view code, std::string_view message) {
  auto body = json::Value::object();
  body.add("code", code).add("message", message);
  return say(status, body);
}

// 502 where the server is not to be had, 500 where this machine fails: then nothing is known
// against the permit.
net::Reply say(const PermitRefusal& refusal) {
  const bool away = refusal.code == "unreachable" || refusal.code.starts_with("http_5");
  return say(away ? 502 : refusal.code == "ledger" ? 500 : 409, refusal.code, refusal.sentence);
}

// One call of a program beside this one.
struct Job {
  bool claims = false;  // else it says what became of a claimed permit
  std::string body;
  std::shared_ptr<net::Responder> responder;
};

struct Body {
  json::Value root;
  std::string wrong = {};  // the member that is missing or not of its form

  std::string text(std::string_view name, std::size_t min, std::size_t max) {
    const auto value = root.find_string(name);
    const bool fits = value && value->size() >= min && value->size() <= max;
    if (!fits && wrong.empty()) wrong = name;
    return fits ? std::string(*value) : std::string();
  }
  std::optional<std::string> may_text(std::string_view name) {
    if (root.find(name) == nullptr) return std::nullopt;
    return text(name, 1, text_max);
  }
};

// What programs may ask for. Of one thread.
class Desk {
 public:
  Desk(Believed believed, std::string ledger, ExecutorDoor& door)
      : believed_(std::move(believed)), ledger_(std::move(ledger)), door_(door) {}

  net::Reply answer(const Job& job) {
    auto document = json::parse(job.body);
    if (!document || !document->root.is_object()) {
      return say(400, "json_invalid", "the body is no JSON object");
    }
    Body body{.root = std::move(document->root)};
    return job.claims ? claim(body) : report(body);
  }

 private:
  net::Reply claim(Body& body) {
    const std::string permit = body.text("permit", 1, text_max);
    const Acting acting{.service = body.text("service", 1, text_max),
                        .action = body.text("action", 1, text_max),
                        .agent_id = body.may_text("agent_id"),
                        .client_nonce = body.may_text("client_nonce")};
    const std::string claim_key = body.root.find("claim_key") == nullptr
                                      ? base64url(entropy_.bytes(claim_key_max / 4))
                                      : body.text("claim_key", claim_key_min, claim_key_max);
    if (!body.wrong.empty()) return refuse_member(body.wrong);
    if (!is_permit_id(permit)) return say(409, "not_found", "this is no id of a permit");
    const auto told = door_.get("/api/permits/" + permit);
    if (!told) return say(told.error());
    const auto checked = check_permit(*told, permit, acting, believed_, now_s());
    if (!checked) return say(checked.error());
    const auto answer =
        door_.post("/api/permits/" + permit + "/claim", claim_of(*checked, claim_key));
    if (!answer) return say(answer.error());
    if (const auto ours = check_claim(*answer, *checked, claim_key, now_s()); !ours) {
      return say(ours.error());
    }
    if (const auto used = use(permit); !used) return say(used.error());
    auto value = json::Value::object();
    value.add("permit", permit)
        .add("request_id", checked->request())
        .add("payload", base64(checked->text))
        .add("claim_key", claim_key)
        .add("lease_until", answer->find_string("lease_until").value_or(""));
    return say(200, value);
  }

  net::Reply report(Body& body) {
    const std::string permit = body.text("permit", 1, text_max);
    const std::string outcome = body.text("outcome", 1, text_max);
    const std::string claim_key = body.text("claim_key", claim_key_min, claim_key_max);
    if (!body.wrong.empty()) return refuse_member(body.wrong);
    if (!is_permit_id(permit)) return say(409, "not_found", "this is no id of a permit");
    auto sent = json::Value::object();
    sent.add("outcome", outcome).add("claim_key", claim_key);
    const auto taken = door_.post("/api/permits/" + permit + "/outcome", sent);
    if (!taken) {
      // Unlike everything else here: the tool ran.
      const net::Reply refused = say(taken.error());
      auto value = json::Value::object();
      value.add("code", "outcome_unreported")
          .add("reason", taken.error().code)
          .add("message", taken.error().sentence);
      return say(refused.status, value);
    }
    auto value = json::Value::object();
    value.add("permit", permit).add("outcome", outcome);
    return say(200, value);
  }

  // Once for each permit, and then never again, also after a crash: before any byte is handed over.
  std::expected<void, PermitRefusal> use(const std::string& permit) {
    const auto made = create_file_durably(ledger_ + "/" + permit, {}, 0600);
    if (made) return {};
    if (made.error().errno_value == EEXIST) {
      return std::unexpected(PermitRefusal{"permit_in_ledger", "this permit was used here before"});
    }
    return std::unexpected(
        PermitRefusal{"ledger", "the ledger cannot be written: " + to_string(made.error())});
  }

  static net::Reply refuse_member(const std::string& name) {
    return say(422, "member_invalid", name + " is missing, or not of its form");
  }

  std::int64_t now_s() { return clock_.now().ms / 1'000; }

  const Believed believed_;
  const std::string ledger_;
  ExecutorDoor& door_;
  SystemClock clock_;
  crypto::SystemEntropy entropy_;
};

net::Outcome take(net::Request&& request, const Secret& token, BoundedQueue<Job>& waiting) {
  const bool claims = request.path == "/claim";
  if (!claims && request.path != "/outcome") return say(404, "not_found", "there is no such path");
  if (request.method != net::Method::post) return say(405, "method", "only POST is taken");
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = request.header("authorization");
  if (!given.starts_with(scheme) ||
      !crypto::equal_constant_time(given.substr(scheme.size()), token.reveal())) {
    return say(401, "token", "this needs the token of this executor: Authorization: Bearer …");
  }
  return net::Later{[&waiting, claims, body = std::move(request.body)](
                        std::shared_ptr<net::Responder> responder) mutable {
    Job job{.claims = claims, .body = std::move(body), .responder = std::move(responder)};
    if (waiting.push(std::move(job))) return;
    job.responder->reply(say(503, "overloaded", "too many requests wait, or this is ending"));
  }};
}

std::string_view trimmed(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::expected<Secret, std::string> read_secret(const std::string& path, std::string_view what) {
  if (path == "-") {
    std::string line(token_max + 2, '\0');
    if (std::fgets(line.data(), static_cast<int>(line.size()), stdin) == nullptr) {
      return std::unexpected(fmt::format("There is no {} on the standard input.", what));
    }
    line.resize(line.find('\0'));
    return Secret(std::string(trimmed(line)));
  }
  const auto file = read_secret_file(path, key_bytes_max + 2);
  if (!file) return std::unexpected(to_string(file.error()));
  return Secret(std::string(trimmed(file->reveal())));
}

std::expected<Believed, std::string> read_believed(const ServeFlags& flags) {
  const auto file = read_file(flags.trust_file, trust_bytes_max);
  if (!file) return std::unexpected(to_string(file.error()));
  auto trust = evidence::Trust::parse(*file);
  if (!trust) return std::unexpected(flags.trust_file + " is no trust file: " + trust.error());
  Believed believed{.trust = {*std::move(trust)}, .executor = flags.executor, .keys = {}};
  believed.demands.allow_test = flags.allow_test;
  const char* set = std::getenv("LETSPING_ENCRYPTION_KEY");
  std::string_view texts = set == nullptr ? "" : set;
  while (!texts.empty()) {
    const std::size_t end = std::min(texts.find(','), texts.size());
    auto key = seal::ContentKey::from_base64(texts.substr(0, end));
    if (!key) return std::unexpected("LETSPING_ENCRYPTION_KEY is not the base64 of 32 bytes.");
    believed.keys.push_back(*std::move(key));
    texts.remove_prefix(std::min(end + 1, texts.size()));
  }
  return believed;
}

// Answers until somebody ends it. The exit status.
int attend(net::Server& server, BoundedQueue<Job>& waiting, Desk& desk) {
  const Interruption interruption;
  server.start();
  fmt::print("listening http://127.0.0.1:{}\n", server.port());
  std::fflush(stdout);
  while (!Interruption::came()) {
    for (Job& job : waiting.drain(look_up)) {
      // Whoever is not answered any more claims nothing.
      job.responder->reply(Interruption::came() ? say(503, "ending", "this executor is ending")
                                                : desk.answer(job));
    }
  }
  waiting.close();
  for (Job& job : waiting.drain(look_up)) {
    job.responder->reply(say(503, "ending", "this executor is ending"));
  }
  server.stop(drain_ms);
  return exit_ok;
}

int serve(const ServeFlags& flags) {
  const auto endpoint = server::parse_endpoint(flags.listen);
  if (!endpoint) return fail("--listen " + endpoint.error(), exit_usage);
  if (endpoint->address != "127.0.0.1") {
    return fail("--listen must be 127.0.0.1:PORT: whoever reaches it gets what was approved.",
                exit_usage);
  }
  if (flags.key_file == "-" && flags.token_file == "-") {
    return fail("Only one of --key-file and --token-file can be the standard input.", exit_usage);
  }
  auto believed = read_believed(flags);
  if (!believed) return fail(believed.error());
  auto key = read_secret(flags.key_file, "API key");
  if (!key) return fail(key.error());
  const auto token = read_secret(flags.token_file, "token");
  if (!token) return fail(token.error());
  if (token->reveal().size() < token_min) {
    return fail(fmt::format("A token has at least {} characters.", token_min), exit_usage);
  }
  if (const auto made = make_directory(flags.ledger, 0700); !made) {
    return fail(to_string(made.error()));
  }
  auto door = ExecutorDoor::make(
      {.url = flags.url, .key = *std::move(key), .authorities = flags.authorities});
  if (!door) return fail(door.error(), exit_usage);
  Desk desk(*std::move(believed), flags.ledger, **door);
  BoundedQueue<Job> waiting(waiting_max);
  net::ServerOptions options{.endpoint = *endpoint, .threads = 1};
  options.hosts = {"127.0.0.1:*", "localhost:*"};
  options.limits.body_bytes_max = body_bytes_max;
  const auto handler = [&](net::Request&& request) {
    return take(std::move(request), *token, waiting);
  };
  net::Server server(std::move(options), handler, {});
  if (!server.error().empty()) return fail(server.error());
  return attend(server, waiting, desk);
}

}  // namespace

void add_executor_serve(Command& group, Chosen& chosen) {
  auto flags = std::make_shared<ServeFlags>();
  auto* command = group.add_subcommand(
      "serve", "Verify and claim permits for programs of this machine, in any language");
  command->add_option("--url", flags->url, "Where the server is: https://HOST[:PORT]")->required();
  command->add_option("--trust", flags->trust_file, "Trust file: whom this executor believes")
      ->required();
  command->add_option("--executor", flags->executor, "Its id, key_…")->required();
  command->add_option("--key-file", flags->key_file, "File with its API key, or - for stdin")
      ->required();
  command
      ->add_option("--token-file", flags->token_file,
                   "File with the token that programs show it, or - for stdin")
      ->required();
  command->add_option("--ledger", flags->ledger, "Directory of the permits that were used")
      ->required();
  command->add_option("--listen", flags->listen, "127.0.0.1:PORT")->capture_default_str();
  command->add_option("--ca", flags->authorities,
                      "PEM file of who vouches for the server's name");
  command->add_flag("--allow-test", flags->allow_test, "Take servers that were made for tests");
  command->callback([flags, &chosen] { chosen.command = [flags] { return serve(*flags); }; });
}

}  // namespace lp::cli
