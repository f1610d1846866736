// The cases that executors in all languages share (sdk/vectors/README.md).

#include "cli/permit_check.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "json/parse.h"
#include "json/write.h"

namespace lp::cli {
namespace {

// Between the permits that are over and those that are good.
constexpr std::int64_t now_s = 1'795'000'000;

json::Value read_vectors() {
  std::ifstream file(LP_VECTORS_DIR "/permits.json");
  std::ostringstream text;
  text << file.rdbuf();
  auto document = json::parse(text.str());
  EXPECT_TRUE(document);
  return document ? document->root : json::Value::object();
}

// The answer that the case names, with the members that it puts in place of its own.
json::Value told_in(const json::Value& one, const json::Value& all) {
  const json::Value& base = *all.find(*one.find_string("of"));
  const json::Value* changed = one.find("told");
  auto told = json::Value::object();
  for (const auto& [name, value] : base.members()) {
    const json::Value* other = changed == nullptr ? nullptr : changed->find(name);
    if (other == nullptr) told.add(name, value);
    if (other != nullptr && !other->is_null()) told.add(name, *other);
  }
  return told;
}

// "text …" or "code …", as an executor that claims with the vectors' key.
std::string outcome_of(const json::Value& one, const json::Value& file) {
  Believed believed{.trust = {*evidence::Trust::parse(json::canonical(*file.find("trust")))},
                    .executor = std::string(*file.find_string("executor")),
                    .keys = {}};
  for (const json::Value& name : one.find("keys")->items()) {
    const auto text = *file.find("keys")->find_string(name.as_string());
    believed.keys.push_back(*seal::ContentKey::from_base64(text));
  }
  const json::Value& ask = *one.find("ask");
  const auto known = [&](std::string_view name) -> std::optional<std::string> {
    const auto value = ask.find_string(name);
    return value ? std::optional(std::string(*value)) : std::nullopt;
  };
  const Acting acting{.service = *known("service"),
                      .action = *known("action"),
                      .agent_id = known("agent_id"),
                      .client_nonce = known("client_nonce")};
  const auto permit = check_permit(told_in(one, *file.find("told")), *one.find_string("permit"),
                                   acting, believed, now_s);
  if (!permit) return "code " + permit.error().code;
  EXPECT_EQ(permit->id(), *one.find_string("permit"));
  const auto claimed =
      check_claim(*one.find("answer"), *permit, *file.find_string("claim_key"), now_s);
  return claimed ? "text " + permit->text : "code " + claimed.error().code;
}

TEST(PermitCheck, RunsAndRefusesWhatEveryExecutorDoes) {
  const json::Value file = read_vectors();
  std::size_t looked_at = 0;
  for (const json::Value& one : file.find("cases")->items()) {
    // Those that the server refuses, and that the ledger knows, are not found out here.
    if (one.find("refused") != nullptr || one.find("used") != nullptr) continue;
    const json::Value& expect = *one.find("expect");
    const auto text = expect.find_string("text");
    const std::string wanted = text ? "text " + std::string(*text)
                                    : "code " + std::string(*expect.find_string("code"));
    EXPECT_EQ(outcome_of(one, file), wanted) << *one.find_string("name");
    ++looked_at;
  }
  EXPECT_GT(looked_at, 80U);
}

}  // namespace
}  // namespace lp::cli
