#include "cli/root_log.h"

#include <fmt/core.h>

#include "cli/verdict.h"
#include "json/write.h"

namespace lp::cli {
namespace {

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

}  // namespace lp::cli
