#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/administer.h"
<<<<<<< HEAD
#include "cli/log_verify.h"
#include "json/parse.h"
=======
#include "cli/log_check.h"
#include "cli/roster_history.h"
#include "evidence/trust.h"
>>>>>>> receipts
#include "json/write.h"

namespace lp::cli {
namespace {

constexpr std::string_view not_signed =
    "The signer does not stand behind this log: it was rolled back, as by restoring an older copy, "
    "or the signer's state is gone. Nothing is signed. See \"When the signer's state is lost\" in "
    "docs/operations/data-directory.md.";

struct Flags : AdminFlags {
  std::string project = "default", trust_file;
  bool allow_test = false;
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
  AdminClient client(flags.place);
  const auto head = head_of(client, flags);
  if (!head) return head.error();
  const auto wrong =
      each_leaf(client, flags, head->body().find_integer("size").value_or(0),
                [&](const json::Value& leaf) { return show_leaf(leaf, flags.json); });
  return wrong ? fail(*wrong) : exit_ok;
}

int checkpoint(const Flags& flags) {
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

<<<<<<< HEAD
=======
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
    const auto pinned = evidence::Trust::parse(*file);
    if (!pinned) {
      return std::unexpected(
          fmt::format("{} is no trust file: {}.", flags.trust_file, visible(pinned.error())));
    }
    trust.pinned = true;
    trust.origin = pinned->origin;
    trust.genesis = pinned->roster_genesis;
    if (pinned->issuer && pinned->issuer->size() == 1) {
      trust.issuer_spki = pinned->issuer->front().spki;
    }
    if (pinned->log_vkeys.size() == 1) trust.vkey = pinned->log_vkeys.front();
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

>>>>>>> receipts
int verify(const Flags& flags) {
  return verify_log({.place = flags.place,
                     .project = flags.project,
                     .trust_file = flags.trust_file,
                     .allow_test = flags.allow_test,
                     .json = flags.json});
}

}  // namespace

void add_log(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<Flags>();
  auto* group = app.add_subcommand("log", "The append-only log of a project");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const Flags&)) {
    auto* command = add_admin_command(*group, name, help, flags, chosen, run);
    add_project_flag(*command, flags->project);
    return command;
  };
  add("show", "Print every event", show);
  add("checkpoint", "Print the newest signed checkpoint", checkpoint);
  auto* verify_command =
      add("verify", "Check every leaf, signature, chain and row, from the database itself", verify);
  verify_command->add_option("--trust", flags->trust_file, "Pinned keys (`letsping trust export`)")
      ->check(CLI::ExistingFile);
  verify_command->add_flag("--allow-test", flags->allow_test, "Accept what is marked `test`");
  verify_command->footer("Exit status: 0 VALID, 40 INVALID, 30 INDETERMINATE (no --trust).");
}

}  // namespace lp::cli
