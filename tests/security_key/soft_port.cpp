#include "soft_port.h"

#include <utility>

#include "base/assert.h"
#include "base/text.h"
#include "json/parse.h"
#include "json/write.h"

namespace lp::soft_key {
namespace {

class Line final : public cli::KeyLine {
 public:
  explicit Line(Authenticator& key) : key_(key) { key_.power_on(); }

  bool send(std::uint8_t command, std::string_view message) override {
    answer_ = key_.answer(command, message);
    return answer_.has_value();
  }
  std::optional<std::string> receive(std::uint8_t /*command*/) override {
    return std::exchange(answer_, std::nullopt);
  }

 private:
  Authenticator& key_;
  std::optional<std::string> answer_;
};

}  // namespace

std::vector<cli::PluggedKey> SoftPort::plugged_in() {
  std::vector<cli::PluggedKey> found;
  for (const auto& [path, key] : keys) found.push_back({.path = path, .name = "Soft Key"});
  return found;
}

std::unique_ptr<cli::KeyLine> SoftPort::open(const std::string& path) {
  const auto found = keys.find(path);
  if (found == keys.end()) return nullptr;
  return std::make_unique<Line>(found->second);
}

std::string write_key(const Authenticator& key) {
  json::Array credentials;
  for (const auto& one : key.credentials) {
    auto item = json::Value::object();
    item.add("id", base64(one.id))
        .add("rp_id", one.rp_id)
        .add("pkcs8", base64(one.key.pkcs8().reveal()));
    credentials.push_back(std::move(item));
  }
  auto value = json::Value::object();
  value.add("pin", key.pin)
      .add("verifies_alone", key.verifies_alone)
      .add("recognises", key.recognises)
      .add("touched", key.touched)
      .add("speaks_ctap2", key.speaks_ctap2)
      .add("tells_unverified", key.tells_unverified)
      .add("verifies_nobody", key.verifies_nobody)
      .add("pulled_out_at", key.pulled_out_at)
      .add("tries_left", key.tries_left)
      .add("counter", key.counter)
      .add("credentials", json::Value::array(std::move(credentials)));
  return json::compact(value);
}

Authenticator read_key(const std::string& text) {
  const auto document = json::parse(text);
  LP_ASSERT(document.has_value() && document->root.is_object());
  const json::Value& root = document->root;
  Authenticator key;
  const auto flag = [&](std::string_view name, bool& into) {
    if (const json::Value* value = root.find(name)) into = value->as_boolean();
  };
  key.pin = root.find_string("pin").value_or("");
  flag("verifies_alone", key.verifies_alone);
  flag("recognises", key.recognises);
  flag("touched", key.touched);
  flag("speaks_ctap2", key.speaks_ctap2);
  flag("tells_unverified", key.tells_unverified);
  flag("verifies_nobody", key.verifies_nobody);
  key.pulled_out_at = root.find_string("pulled_out_at").value_or("");
  key.tries_left = static_cast<int>(root.find_integer("tries_left").value_or(8));
  key.counter = static_cast<std::uint32_t>(root.find_integer("counter").value_or(0));
  const json::Value* credentials = root.find("credentials");
  for (const auto& item : credentials == nullptr ? json::Array{} : credentials->items()) {
    const auto pkcs8 = from_base64(item.find_string("pkcs8").value_or(""));
    auto made = crypto::P256Key::from_pkcs8(pkcs8.value_or(""));
    LP_ASSERT(made.has_value());
    key.credentials.push_back({.id = from_base64(item.find_string("id").value_or("")).value_or(""),
                               .rp_id = std::string(item.find_string("rp_id").value_or("")),
                               .key = *std::move(made)});
  }
  return key;
}

}  // namespace lp::soft_key
