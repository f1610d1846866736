#include <fmt/core.h>

#include "base/text.h"
#include "cli/administer.h"
#include "cli/log_reopen.h"
#include "cli/log_rotate.h"
#include "cli/log_verify.h"
#include "cli/verdict.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

struct LogFlags : AdminFlags {
  std::string project = "default", trust_file;
  bool allow_test = false, root = false;
};

// Both logs are read in the same way, by a head and pages of what it covers.
std::string target(const LogFlags& flags, std::string_view what) {
  if (flags.root) return fmt::format("/admin/root-log/{}", what);
  return fmt::format("/admin/log/{}/{}", query_escaped(flags.project), what);
}

// Calls `take` with each leaf or entry of the log, in order; what went wrong, or nothing.
template <typename Take>
std::optional<std::string> each_item(AdminClient& client, const LogFlags& flags, std::int64_t size,
                                     Take take) {
  const std::string_view list = flags.root ? "entries" : "leaves";
  for (std::int64_t first = 0; first < size;) {
    const auto answer = client.get(target(flags, fmt::format("{}?first={}", list, first)));
    if (!answer) return answer.error();
    const json::Value* items = answer->body().find(list);
    if (!answer->ok() || items == nullptr || items->items().empty()) {
      return fmt::format("The server does not give the {} that its head promises.", list);
    }
    for (const auto& item : items->items()) {
      if (first == size) break;
      if (auto stop = take(item)) return stop;
      ++first;
    }
  }
  return std::nullopt;
}

std::optional<std::string> show_entry(const json::Value& entry, bool as_json) {
  if (as_json) {
    fmt::print("{}\n", json::compact(entry));
  } else {
    fmt::print("{}\t{}\t{}\n", entry.find_integer("index").value_or(-1),
               visible(entry.find_string("project").value_or("")),
               entry.find_integer("size").value_or(-1));
  }
  return std::nullopt;
}

std::optional<std::string> show_erased(const json::Value& leaf, bool as_json) {
  if (as_json) {
    auto line = json::Value::object();
    line.add("index", *leaf.find("index")).add("erased", true);
    fmt::print("{}\n", json::compact(line));
  } else {
    fmt::print("{}\t\terased\t{}\t\n", json::compact(*leaf.find("index")),
               visible(leaf.find_string("stream").value_or("")));
  }
  return std::nullopt;
}

std::optional<std::string> show_leaf(const json::Value& leaf, bool as_json) {
  if (leaf.find("erased") != nullptr) return show_erased(leaf, as_json);
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

std::expected<Answer, int> head_of(AdminClient& client, const LogFlags& flags) {
  auto answer = client.get(target(flags, "head"));
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  return *std::move(answer);
}

int show(const LogFlags& flags) {
  AdminClient client(flags.place);
  const auto head = head_of(client, flags);
  if (!head) return head.error();
  const auto show_item = flags.root ? show_entry : show_leaf;
  const auto wrong =
      each_item(client, flags, head->body().find_integer("size").value_or(0),
                [&](const json::Value& item) { return show_item(item, flags.json); });
  return wrong ? fail(*wrong) : exit_ok;
}

int checkpoint(const LogFlags& flags) {
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

int verify(const LogFlags& flags) {
  const LogVerification wanted{.place = flags.place,
                               .project = flags.project,
                               .trust_file = flags.trust_file,
                               .allow_test = flags.allow_test,
                               .json = flags.json};
  return flags.root ? verify_root_log(wanted) : verify_log(wanted);
}

}  // namespace

void add_log(Command& app, Chosen& chosen) {
  auto flags = std::make_shared<LogFlags>();
  auto* group = app.add_subcommand("log", "The append-only log of a project");
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, int (*run)(const LogFlags&)) {
    auto* command = add_admin_command(*group, name, help, flags, chosen, run);
    add_project_flag(*command, flags->project);
    command->add_flag("--root", flags->root, "The root log of the installation instead");
    return command;
  };
  add("show", "Print every event", show);
  add("checkpoint", "Print the newest signed checkpoint", checkpoint);
  auto* verify_command =
      add("verify", "Check every leaf, signature, chain and row, from the database itself", verify);
  verify_command->add_option("--trust", flags->trust_file, "Pinned keys (`letsping trust export`)")
      ->check(ExistingFile{});
  verify_command->add_flag("--allow-test", flags->allow_test, "Accept what is marked `test`");
  verify_command->footer("Exit status: 0 VALID, 40 INVALID, 30 INDETERMINATE (no --trust).");
  add_log_rotate_issuer(*group, chosen);
  add_log_rotate_key(*group, chosen);
  add_log_reopen(*group, chosen);
}

}  // namespace lp::cli
