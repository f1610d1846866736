#include "cli/request_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "cli/attachments.h"
#include "cli/output.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::size_t label_width = 12;

std::string_view text_at(const json::Value& object, std::string_view name) {
  return object.find_string(name).value_or("");
}

std::string line(std::string_view label, std::string_view text) {
  return fmt::format("{:<{}}{}\n", label, label_width, visible(text));
}

// Pointers are read by people: one that could be mistaken for a value stands in quotes.
std::string shown_pointer(const std::string& pointer) {
  if (pointer.empty()) return "(all)";
  const bool plain = pointer.find_first_of(" =\"") == std::string::npos;
  return visible(plain ? pointer : json::quote(pointer));
}

std::string escaped_step(std::string_view name) {
  std::string step;
  for (const char c : name) step += c == '~' ? "~0"s : c == '/' ? "~1"s : std::string(1, c);
  return step;
}

// How much of one value is shown at a terminal that nobody decides at.
constexpr std::size_t value_characters_max = 2'000;

// A text of others; of a long one its beginning, and how much more there is.
std::string shown(std::string_view text, Extent extent) {
  if (extent == Extent::all) return visible(text);
  std::size_t bytes = 0, characters = 0, hidden = 0;
  for (std::string_view rest = text; !rest.empty(); ++characters) {
    const auto point = first_code_point(rest);
    const std::size_t width = point ? point->bytes : 1;
    if (characters < value_characters_max) bytes += width;
    hidden += characters >= value_characters_max ? 1 : 0;
    rest.remove_prefix(width);
  }
  if (hidden == 0) return visible(text);
  return fmt::format("{}… ({} characters not shown; --full or --json shows them)",
                     visible(text.substr(0, bytes)), hidden);
}

void add_values(std::string& lines, const json::Document& document, const json::Value& value,
                const std::string& pointer, Extent extent) {
  if (value.is_object() && !value.members().empty()) {
    for (const auto& [name, member] : value.members()) {
      add_values(lines, document, member, pointer + "/" + escaped_step(name), extent);
    }
    return;
  }
  if (value.is_array() && !value.items().empty()) {
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      add_values(lines, document, value.items()[i], pointer + "/" + std::to_string(i), extent);
    }
    return;
  }
  // The empty pointer stands for "too many to list": any number may be meant.
  const bool rounded =
      value.is_number() && std::ranges::any_of(document.lossy, [&](const auto& at) {
        return at == pointer || at.empty();
      });
  lines +=
      fmt::format("  {} = {}{}\n", shown_pointer(pointer), shown(document.source(value), extent),
                  rounded ? "   (many programs round this number)" : "");
}

std::string_view mark_words(std::string_view mark) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> words{{
      {"demo", "the server was set up as a demonstration and has not gone live"},
      {"no_isolation", "agent and server run under one account: an approval is only advice"},
      {"self_enrolled", "nobody else vouched for the first approver"},
      {"server_sealed", "the server could read this payload"},
      {"test", "test data: a test approver can decide here"},
      {"unbound_execution", "nothing forces the agent to run what was approved"},
      {"unbound_payload", "the payload is bound to this request only by its first review"},
  }};
  const auto found = std::ranges::find(words, mark, [](const auto& pair) { return pair.first; });
  return found == words.end() ? "" : found->second;
}

std::string marks(const json::Value& detail) {
  std::string lines;
  const json::Value* found = detail.find("marks");
  for (const auto& mark : found != nullptr && found->is_array() ? found->items() : json::Array{}) {
    if (!mark.is_string()) continue;
    lines += line("Mark", fmt::format("{}: {}", mark.as_string(), mark_words(mark.as_string())));
  }
  return lines;
}

std::string who_asks(const json::Value& detail) {
  const json::Value* agent = detail.find("agent");
  if (agent == nullptr) return line("Asks", "unknown");
  const bool proven = text_at(*agent, "strength") != "none";
  return line("Asks", fmt::format("{} ({} {}), {}", text_at(*agent, "name"),
                                  text_at(*agent, "kind") == "agent" ? "agent" : "API key",
                                  text_at(*agent, "id"),
                                  proven ? fmt::format("proven by {}", text_at(*agent, "strength"))
                                         : "its name is not proven"s));
}

std::string waiting(const json::Value& detail) {
  const json::Value* state = detail.find("waiting");
  if (state == nullptr) return {};
  const std::string_view name = text_at(*state, "state"), at = text_at(*state, "at");
  if (name == "connected") return line("Waiting", "the agent waits for the answer now");
  if (name == "polling") return line("Waiting", fmt::format("the agent asked last at {}", at));
  if (name == "gone") return line("Waiting", fmt::format("the agent stopped waiting at {}", at));
  return line("Waiting", "the agent has not asked for the answer yet");
}

std::string decision(const json::Value& detail) {
  const json::Value* found = detail.find("decision");
  if (found == nullptr) return {};
  const json::Value* by = found->find("by");
  std::string who;
  if (by != nullptr) who = text_at(*by, "name").empty() ? text_at(*by, "id") : text_at(*by, "name");
  std::string lines =
      line("Decided", fmt::format("{} by {} ({}) at {}", text_at(*found, "state"), who,
                                  text_at(*found, "method"), text_at(*found, "at")));
  if (!text_at(*found, "reason").empty()) lines += line("Reason", text_at(*found, "reason"));
  return lines;
}

std::string payload_lines(std::string_view title, const Reading& reading, Extent extent) {
  std::string lines = fmt::format("\n{}\n", title);
  if (!reading.problem.empty()) lines += fmt::format("  ! {}\n", visible(reading.problem));
  if (reading.clear()) return lines + value_lines(*reading.text, extent);
  if (reading.text) lines += fmt::format("  {}\n", shown(*reading.text, extent));
  return lines;
}

}  // namespace

Reading read_text(std::string text) {
  Reading reading;
  if (const auto document = json::parse(text); !document) {
    reading.problem = fmt::format(
        "This text cannot be read in one way only ({} at {}): it can be rejected, not approved.",
        json::to_string(document.error().fault),
        document.error().pointer.empty() ? fmt::format("byte {}", document.error().offset)
                                         : document.error().pointer);
  }
  reading.text = std::move(text);
  return reading;
}

Reading read_payload(std::string_view kind, const std::string& payload,
                     const std::optional<seal::ContentKey>& key) {
  if (kind == "plain") return read_text(payload);
  const auto document = json::parse(payload);
  const auto envelope = document ? seal::read_envelope(document->root)
                                 : std::unexpected(seal::EnvelopeFault::not_an_envelope);
  if (!envelope) return {.text = {}, .problem = "The payload is not an envelope."};
  if (!key) {
    return {.text = {},
            .problem =
                "The payload is encrypted and LETSPING_ENCRYPTION_KEY is not set: it can be "
                "rejected, not approved."};
  }
  auto text = key->open(*envelope);
  if (!text) {
    return {.text = {},
            .problem =
                "LETSPING_ENCRYPTION_KEY does not open this payload: the agent used another "
                "key, or the payload was changed."};
  }
  return read_text(*std::move(text));
}

std::string current_payload(const json::Value& detail) {
  const json::Value* edited = detail.find("edited");
  return std::string(text_at(edited == nullptr ? detail : *edited, "payload"));
}

std::string value_lines(const std::string& text, Extent extent) {
  const auto document = json::parse(text);
  if (!document) return fmt::format("  {}\n", shown(text, extent));
  std::string lines;
  add_values(lines, *document, document->root, "", extent);
  return lines;
}

std::string level_words(std::string_view level) {
  if (level == "critical") {
    return "CRITICAL: what runs may do great harm and cannot be taken back. Read every "
           "value.";
  }
  if (level == "high") {
    return "HIGH: what runs may do harm that is hard to take back. Read every value.";
  }
  return std::string(level);
}

std::string request_page(const json::Value& detail, const std::optional<seal::ContentKey>& key,
                         Extent extent) {
  std::string page;
  page += line("Request",
               fmt::format("{}, version {}, {}", text_at(detail, "id"),
                           detail.find_integer("version").value_or(0), text_at(detail, "state")));
  page +=
      line("Wants", fmt::format("{} / {}", text_at(detail, "service"), text_at(detail, "action")));
  page += line("Level", level_words(text_at(detail, "level")));
  page += line("Project", text_at(detail, "project_name"));
  page += who_asks(detail);
  for (const auto& [label, name] : {std::pair{"Environment"sv, "environment"sv},
                                    {"Role"sv, "role"sv},
                                    {"Trace"sv, "trace_id"sv},
                                    {"Parent"sv, "parent_request_id"sv},
                                    {"Asked"sv, "created_at"sv},
                                    {"Decide by"sv, "decide_by"sv}}) {
    if (!text_at(detail, name).empty()) page += line(label, text_at(detail, name));
  }
  page += waiting(detail) + marks(detail) + decision(detail);
  if (const std::string facts(text_at(detail, "facts")); !facts.empty()) {
    page += "\nFacts, as the agent states them\n" + value_lines(facts, extent);
  }
  const std::string_view kind = text_at(detail, "payload_kind");
  page += payload_lines("Payload", read_payload(kind, std::string(text_at(detail, "payload")), key),
                        extent);
  page += attachment_lines(detail, read_payload(kind, current_payload(detail), key));
  if (detail.find("edited") != nullptr) {
    page += payload_lines("Edited: this runs instead",
                          read_payload(kind, current_payload(detail), key), extent);
  }
  return page;
}

}  // namespace lp::cli
