#include "cli/openings.h"

#include "evidence/roster_document.h"

namespace lp::cli {

bool Opening::fits(const evidence::RosterHead& before, const evidence::RosterHead& expected) const {
  return expected.bytes() == head_bytes && document.predecessor == before.origin &&
         document.origin == head.origin && document.roster_genesis == head.sha256() &&
         document.time == head.time;
}

std::optional<Opening> read_opening(const json::Value& item) {
  Opening opening{.project = std::string(item.find_string("project").value_or("")),
                  .document_bytes = std::string(item.find_string("document").value_or("")),
                  .head_bytes = std::string(item.find_string("head").value_or("")),
                  .document = {},
                  .head = {}};
  auto document = evidence::SuccessionDocument::parse(opening.document_bytes);
  auto head = evidence::RosterHead::parse(opening.head_bytes);
  if (!document || !head) return std::nullopt;
  opening.document = *std::move(document);
  opening.head = *std::move(head);
  return opening;
}

json::Value openings_body(const std::vector<Opening>& openings, const crypto::P256Key& key) {
  const auto signatures = [&key](const std::string& message) {
    return evidence::signatures_text({{.spki = key.spki(), .signature = key.sign(message)}});
  };
  json::Array items;
  for (const Opening& opening : openings) {
    auto item = json::Value::object();
    item.add("project", opening.project)
        .add("document", opening.document_bytes)
        .add("owners", signatures(evidence::succession_signing_bytes(opening.document_bytes)))
        .add("head", opening.head_bytes)
        .add("signatures", signatures(evidence::roster_signing_bytes(opening.head_bytes)));
    items.push_back(std::move(item));
  }
  auto body = json::Value::object();
  body.add("openings", json::Value::array(std::move(items)));
  return body;
}

}  // namespace lp::cli
