// The cases of sdk/vectors/envelopes.json, which every reader of envelopes shares.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "json/parse.h"
#include "seal/content_key.h"
#include "seal/envelope.h"

namespace lp::seal {
namespace {

const json::Value& vectors() {
  static const json::Document read = [] {
    std::ifstream file(LP_SOURCE_DIR "/sdk/vectors/envelopes.json");
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = json::parse(text.str());
    EXPECT_TRUE(parsed.has_value());
    return parsed ? *std::move(parsed) : json::Document{};
  }();
  return read.root;
}

// What a reader says: the text, or the name of a fault.
std::pair<std::string, std::string> said(const json::Value& one) {
  const auto envelope = read_envelope(*one.find("envelope"));
  if (!envelope) return {"fault", "malformed"};
  bool named = false;
  for (const auto& name : one.find("keys")->items()) {
    const auto key =
        ContentKey::from_base64(*vectors().find("keys")->find_string(name.as_string()));
    if (!envelope->kid.empty() && key->kid() != envelope->kid) continue;
    named = true;
    if (const auto text = key->open(*envelope)) return {"plaintext", *text};
  }
  return {"fault", envelope->kid.empty() || named ? "does_not_open" : "unknown_key"};
}

TEST(EnvelopeVectors, AreReadAsEveryReaderReadsThem) {
  const auto& cases = vectors().find("cases")->items();
  EXPECT_GE(cases.size(), 30U);
  for (const auto& one : cases) {
    const auto& [kind, value] = one.find("expect")->members().at(0);
    EXPECT_EQ(said(one), std::pair(kind, value.as_string())) << *one.find_string("name");
  }
}

}  // namespace
}  // namespace lp::seal
