#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "base/file.h"
#include "cli/administer.h"
#include "cli/log_check.h"
#include "cli/root_log.h"
#include "cli/roster_history.h"
#include "cli/verdict.h"
#include "json/write.h"

namespace lp::cli {
namespace {

constexpr std::size_t trust_bytes_max = 1 << 20;

struct Flags : AdminFlags {
  std::string project = "default", trust_file;
  bool allow_test = false, root = false;
};

std::string target(const Flags& flags, std::string_view what) {
  return fmt::format("/admin/log/{}/{}", query_escaped(flags.project), what);
}

// Calls `take` with each leaf object of the log, in order; what went wrong, or nothing.
template <typename Take>
std::optional<std::string> each_leaf(AdminClient& client, const Flags& flags, std::int64_t size,
                                     Take take) {
  for (std::int64_t first = 0; first < size;) {
    const auto answer = client.get(target(flags, fmt::format("leaves?first={}", first)));
    if (!answer) return answer.error();
    const json::Value* leaves = answer->body().find("leaves");
    if (!answer->ok() || leaves == nullptr || leaves->items().empty()) {
      return std::string("The server does not give the leaves that its head promises.");
    }
    for (const auto& leaf : leaves->items()) {
      if (first == size) break;
      if (auto stop = take(leaf)) return stop;
      ++first;
    }
  }
  return std::nullopt;
}

std::optional<std::string> show_leaf(const json::Value& leaf, bool as_json) {
  const auto bytes = from_base64(leaf.find_string("statement").value_or(""));
  const auto statement = json::parse(bytes.value_or(""));
  if (!statement) return "a statement is malformed";
  const json::Value* predicate = statement->root.find("predicate");
  if (predicate == nullptr) return "a statement has no predicate";
  if (as_json) {
    auto line = json::Value::object();
    line.add("index", *leaf.find("index")).add("statement", statement->root);
    fmt::print("{}\n", json::compact(line));
    return std::nullopt;
  }
  const json::Value* actor = predicate->find("actor");
  fmt::print("{}\t{}\t{}\t{}\t{}\n", json::compact(*leaf.find("index")),
             predicate->find_string("time").value_or(""),
             predicate->find_string("type").value_or(""),
             visible(leaf.find_string("stream").value_or("")),
             actor == nullptr ? "" : visible(actor->find_string("id").value_or("")));
  return std::nullopt;
}

std::expected<Answer, int> head_of(AdminClient& client, const Flags& flags) {
  auto answer = client.get(target(flags, "head"));
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  return *std::move(answer);
}

int show(const Flags& flags) {
  if (flags.root) return show_root_log(flags);
  AdminClient client(flags.place);
  const auto head = head_of(client, flags);
  if (!head) return head.error();
  const auto wrong =
      each_leaf(client, flags, head->body().find_integer("size").value_or(0),
                [&](const json::Value& leaf) { return show_leaf(leaf, flags.json); });
  return wrong ? fail(*wrong) : exit_ok;
}

int checkpoint(const Flags& flags) {
  if (flags.root) return show_root_checkpoint(flags);
  AdminClient client(flags.place);
  const auto head = head_of(client, flags);
  if (!head) return head.error();
  const auto note = head->body().find_string("checkpoint");
  // The server knows of one, or there would be no log; what it holds is not under it.
  if (!note) return fail(not_signed, exit_verification);
  if (flags.json) {
    print_object(head->body(), true);
  } else {
    fmt::print("{}", *note);
  }
  return exit_ok;
}

// What to trust: from the pinned file, or for want of one from the server under test.
struct Trust {
  std::string origin, issuer_spki;
  std::optional<tlog::VerifierKey> vkey;
  std::optional<Digest> genesis;
  bool pinned = false;
};

std::expected<Trust, std::string> read_trust(const Flags& flags, const json::Value& head) {
  Trust trust;
  if (flags.trust_file.empty()) {
    trust.origin = head.find_string("origin").value_or("");
    trust.issuer_spki = from_base64(head.find_string("issuer_spki").value_or("")).value_or("");
    trust.vkey = tlog::VerifierKey::parse(head.find_string("vkey").value_or(""));
  } else {
    auto file = read_file(flags.trust_file, trust_bytes_max);
    if (!file) return std::unexpected(to_string(file.error()));
    const auto document = json::parse(*std::move(file));
    if (!document) return std::unexpected(flags.trust_file + " is not JSON.");
    const json::Value& pinned = document->root;
    trust.pinned = true;
    trust.origin = pinned.find_string("origin").value_or("");
    const json::Value* issuer = pinned.find("issuer");
    if (issuer != nullptr && issuer->is_array() && issuer->items().size() == 1) {
      trust.issuer_spki =
          from_base64(issuer->items()[0].find_string("spki").value_or("")).value_or("");
    }
    const json::Value* vkeys = pinned.find("log_vkeys");
    if (vkeys != nullptr && vkeys->is_array() && vkeys->items().size() == 1 &&
        vkeys->items()[0].is_string()) {
      trust.vkey = tlog::VerifierKey::parse(vkeys->items()[0].as_string());
    }
    trust.genesis = Digest::from_hex(pinned.find_string("roster_genesis_sha256").value_or(""));
  }
  if (trust.origin.empty() || trust.issuer_spki.empty() || !trust.vkey) {
    return std::unexpected("The trust file names no origin, issuer and log key.");
  }
  return trust;
}

LeafText leaf_text(const json::Value& value) {
  const auto bytes = [&](std::string_view name) {
    return from_base64(value.find_string(name).value_or("")).value_or("");
  };
  return {.index = static_cast<std::uint64_t>(value.find_integer("index").value_or(-1)),
          .statement = bytes("statement"),
          .leaf = bytes("leaf"),
          .evidence = std::string(value.find_string("evidence").value_or(""))};
}

std::optional<std::string> check_all(AdminClient& client, const Flags& flags,
                                     const json::Value& head, const Trust& trust, LogCheck& check) {
  if (const json::Value* rosters = head.find("rosters"); rosters && rosters->is_array()) {
    for (const auto& roster : rosters->items()) {
      if (auto wrong = check.roster(roster_document(roster))) return wrong;
    }
  }
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const std::int64_t size = head.find_integer("size").value_or(0);
  auto wrong = each_leaf(client, flags, size, [&](const json::Value& leaf) {
    auto fault = check.leaf(leaf_text(leaf));
    if (fault) *fault = fmt::format("index {}: {}", check.size(), *fault);
    if (terminal && check.size() % 1'024 == 0) {
      fmt::print(stderr, "\r{} of {} leaves", check.size(), size);
    }
    return fault;
  });
  if (terminal && size >= 1'024) fmt::print(stderr, "\r\033[K");
  if (wrong) return wrong;
  return check.head(head.find_string("checkpoint").value_or(""), *trust.vkey);
}

int verify(const Flags& flags) {
  if (flags.root) return verify_root_log({.admin = flags, .trust_file = flags.trust_file});
  AdminClient client(flags.place);
  const auto head = head_of(client, flags);
  if (!head) return head.error();
  const auto trust = read_trust(flags, head->body());
  if (!trust) return fail(trust.error());
  LogCheck check(trust->origin, trust->issuer_spki, flags.allow_test, trust->genesis);
  const auto wrong = check_all(client, flags, head->body(), *trust, check);
  const std::string_view verdict = wrong ? "INVALID" : trust->pinned ? "VALID" : "INDETERMINATE";
  auto said = json::Value::object();
  said.add("verdict", verdict).add("leaves", check.size()).add("decisions", check.decisions());
  if (wrong) said.add("problem", *wrong);
  if (!wrong && !trust->pinned) {
    said.add("problem", keys_unconfirmed);
  }
  print_object(said, flags.json);
  if (wrong) return exit_invalid;
  return trust->pinned ? exit_ok : exit_indeterminate;
}

}  // namespace

void add_log(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("log", "The append-only log of a project");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const Flags&)) {
    auto* command = group->add_subcommand(name, help);
    add_admin_flags(*command, *flags);
    command->add_option("--project", flags->project, "Project, by name or id")
        ->capture_default_str();
    command->add_flag("--root", flags->root, "The root log of the installation instead");
    command->callback(
        [flags, run, &chosen] { chosen.command = [flags, run] { return run(*flags); }; });
    return command;
  };
  add("show", "Print every event", show);
  add("checkpoint", "Print the newest signed checkpoint", checkpoint);
  auto* verify_command =
      add("verify", "Check every leaf, signature and chain up to the head", verify);
  verify_command->add_option("--trust", flags->trust_file, "Pinned keys (`letsping trust export`)")
      ->check(CLI::ExistingFile);
  verify_command->add_flag("--allow-test", flags->allow_test, "Accept what is marked `test`");
  verify_command->footer("Exit status: 0 VALID, 40 INVALID, 30 INDETERMINATE (no --trust).");
}

}  // namespace lp::cli
