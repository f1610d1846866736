#include "cli/root_log.h"

#include <fmt/core.h>

#include "base/file.h"
#include "cli/verdict.h"
#include "evidence/anchor.h"
#include "json/parse.h"
#include "json/write.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::cli {
namespace {

constexpr std::size_t trust_bytes_max = 1 << 20;

std::expected<Answer, int> head_of(AdminClient& client) {
  auto answer = client.get("/admin/root-log/head");
  if (!answer) return std::unexpected(fail(answer.error()));
  if (!answer->ok()) return std::unexpected(fail(*answer));
  return *std::move(answer);
}

// Calls `take` with each entry, in order; what went wrong, or nothing.
template <typename Take>
std::optional<std::string> each_entry(AdminClient& client, std::int64_t size, Take take) {
  for (std::int64_t first = 0; first < size;) {
    const auto answer = client.get(fmt::format("/admin/root-log/entries?first={}", first));
    if (!answer) return answer.error();
    const json::Value* entries = answer->body().find("entries");
    if (!answer->ok() || entries == nullptr || entries->items().empty()) {
      return std::string("The server does not give the entries that its head promises.");
    }
    for (const auto& entry : entries->items()) {
      if (first == size) break;
      if (auto stop = take(entry)) return stop;
      ++first;
    }
  }
  return std::nullopt;
}

std::int64_t size_of(const Answer& head) {
  return head.body().find_integer("size").value_or(0);
}

std::expected<std::string, std::string> vkey_of(const RootLogFlags& flags, const Answer& head) {
  if (flags.trust_file.empty()) return std::string(head.body().find_string("vkey").value_or(""));
  auto file = read_file(flags.trust_file, trust_bytes_max);
  if (!file) return std::unexpected(to_string(file.error()));
  const auto document = json::parse(*std::move(file));
  const auto vkey = document ? document->root.find_string("root_vkey") : std::nullopt;
  if (!vkey) return std::unexpected(flags.trust_file + " names no root_vkey.");
  return std::string(*vkey);
}

std::optional<std::string> check(AdminClient& client, const Answer& head,
                                 const tlog::VerifierKey& key) {
  tlog::CompactRange range;
  auto wrong = each_entry(client, size_of(head), [&](const json::Value& entry) {
    const auto leaf = from_base64(entry.find_string("leaf").value_or(""));
    if (!leaf || !evidence::read_anchor(*leaf)) {
      return std::optional(fmt::format("entry {} is malformed", range.size()));
    }
    range.append(tlog::leaf_hash(*leaf));
    return std::optional<std::string>();
  });
  if (wrong) return wrong;
  const auto checkpoint =
      tlog::open_checkpoint(head.body().find_string("checkpoint").value_or(""), key);
  if (!checkpoint) return "the checkpoint is not signed by the root log's key";
  if (checkpoint->size != range.size() || checkpoint->root != range.root()) {
    return "the entries are not what the checkpoint says";
  }
  return std::nullopt;
}

}  // namespace

int show_root_log(const AdminFlags& flags) {
  AdminClient client(flags.place);
  const auto head = head_of(client);
  if (!head) return head.error();
  const auto wrong = each_entry(client, size_of(*head), [&](const json::Value& entry) {
    if (flags.json) {
      fmt::print("{}\n", json::compact(entry));
    } else {
      fmt::print("{}\t{}\t{}\n", entry.find_integer("index").value_or(-1),
                 visible(entry.find_string("project").value_or("")),
                 entry.find_integer("size").value_or(-1));
    }
    return std::optional<std::string>();
  });
  return wrong ? fail(*wrong) : exit_ok;
}

int show_root_checkpoint(const AdminFlags& flags) {
  AdminClient client(flags.place);
  const auto head = head_of(client);
  if (!head) return head.error();
  const auto note = head->body().find_string("checkpoint");
  if (!note) return fail(not_signed, exit_verification);
  if (flags.json) {
    print_object(head->body(), true);
  } else {
    fmt::print("{}", *note);
  }
  return exit_ok;
}

int verify_root_log(const RootLogFlags& flags) {
  AdminClient client(flags.admin.place);
  const auto head = head_of(client);
  if (!head) return head.error();
  const auto vkey = vkey_of(flags, *head);
  if (!vkey) return fail(vkey.error());
  const auto key = tlog::VerifierKey::parse(*vkey);
  if (!key) return fail("The root log's key is malformed.");
  const auto wrong = check(client, *head, *key);
  const bool pinned = !flags.trust_file.empty();
  auto said = json::Value::object();
  said.add("verdict", wrong    ? "INVALID"
                      : pinned ? "VALID"
                               : "INDETERMINATE")
      .add("entries", head->body().find_integer("size").value_or(0));
  if (wrong) said.add("problem", *wrong);
  if (!wrong && !pinned) said.add("problem", keys_unconfirmed);
  print_object(said, flags.admin.json);
  if (wrong) return exit_invalid;
  return pinned ? exit_ok : exit_indeterminate;
}

}  // namespace lp::cli
