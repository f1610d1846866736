#include "outbound/message.h"

#include <fmt/format.h>

#include "json/write.h"
#include "outbound/signature.h"

namespace lp::outbound {

namespace {

constexpr std::string_view agent_name = "LetsPing-Notice/1";

json::Value object(std::initializer_list<std::pair<std::string_view, json::Value>> members) {
  auto value = json::Value::object();
  for (const auto& [name, member] : members) value.add(name, member);
  return value;
}

json::Value array(std::initializer_list<json::Value> items) {
  return json::Value::array(json::Array(items));
}

Delivery json_delivery(const std::string& url, const json::Value& body) {
  return {
      .url = url,
      .headers = {{"Content-Type", "application/json"}, {"User-Agent", std::string(agent_name)}},
      .body = json::compact(body)};
}

std::string lines_text(const Message& message) {
  std::string text;
  for (const auto& [name, value] : message.lines) text += fmt::format("{}: {}\n", name, value);
  return text;
}

// A header holds no line and no letter beyond ASCII; what is not there is in the body.
bool fits_header(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c > '~') return false;
  }
  return !text.empty();
}

}  // namespace

std::string plain_text(const Message& message) {
  return fmt::format("{}\n\n{}\n{}: {}\n", message.title, lines_text(message), message.link_word,
                     message.link);
}

// Texts are of the type plain_text, in which Slack reads neither mentions nor links.
Delivery slack_delivery(const std::string& url, const Message& message) {
  const auto plain = [](const std::string& text) {
    return object({{"type", "plain_text"}, {"text", text}, {"emoji", false}});
  };
  json::Array fields;
  for (const auto& [name, value] : message.lines) {
    fields.push_back(plain(fmt::format("{}: {}", name, value)));
  }
  auto section = object({{"type", "section"}, {"text", plain(message.title)}});
  if (!fields.empty()) section.add("fields", json::Value::array(std::move(fields)));
  const auto button = object({{"type", "button"},
                              {"text", plain(message.link_word)},
                              {"url", message.link},
                              {"action_id", "open"}});
  // `text` is what a notification shows; there & < > are Slack's markup.
  std::string short_text;
  for (const char c : message.title) {
    short_text += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return json_delivery(
      url,
      object({{"text", short_text},
              {"blocks",
               array({section, object({{"type", "actions"}, {"elements", array({button})}})})}}));
}

// For the trigger "When a Teams webhook request is received" of Workflows.
Delivery teams_delivery(const std::string& url, const Message& message) {
  json::Array facts;
  for (const auto& [name, value] : message.lines) {
    facts.push_back(object({{"title", name}, {"value", value}}));
  }
  const auto title = object({{"type", "TextBlock"},
                             {"text", message.title},
                             {"weight", "Bolder"},
                             {"size", "Medium"},
                             {"wrap", true}});
  const auto card = object(
      {{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
       {"type", "AdaptiveCard"},
       {"version", "1.4"},
       {"body", array({title, object({{"type", "FactSet"},
                                      {"facts", json::Value::array(std::move(facts))}})})},
       {"actions",
        array({object(
            {{"type", "Action.OpenUrl"}, {"title", message.link_word}, {"url", message.link}})})}});
  const auto attachment =
      object({{"contentType", "application/vnd.microsoft.card.adaptive"}, {"content", card}});
  return json_delivery(url, object({{"type", "message"}, {"attachments", array({attachment})}}));
}

Delivery ntfy_delivery(const std::string& url, const Secret& token, const Message& message) {
  Delivery delivery{.url = url,
                    .headers = {{"Content-Type", "text/plain; charset=utf-8"},
                                {"User-Agent", std::string(agent_name)},
                                {"Priority", message.urgent ? "high" : "default"}},
                    .body = lines_text(message)};
  if (fits_header(message.title)) {
    delivery.headers.emplace_back("Title", message.title);
  } else {
    delivery.body = message.title + "\n" + delivery.body;
  }
  if (fits_header(message.link)) delivery.headers.emplace_back("Click", message.link);
  if (!token.empty()) {
    delivery.headers.emplace_back("Authorization", "Bearer " + std::string(token.reveal()));
  }
  return delivery;
}

Delivery webhook_delivery(const std::string& url, const Secret& secret, const Message& message,
                          Instant now, std::uint64_t attempt) {
  auto facts = json::Value::object();
  for (const auto& [name, value] : message.lines) facts.add(name, value);
  auto body = json::Value::object();
  if (!message.request.empty()) body.add("id", message.request);
  body.add("event", message.event).add("title", message.title).add("says", std::move(facts));
  if (!message.project.empty()) body.add("project", message.project);
  body.add("url", message.link)
      .add("sent_at", to_string(now))
      .add("webhook_id", message.id)
      .add("attempt", attempt);
  Delivery delivery = json_delivery(url, body);
  for (auto& header : sign(secret.reveal(), message.id, now, delivery.body)) {
    delivery.headers.push_back(std::move(header));
  }
  return delivery;
}

}  // namespace lp::outbound
