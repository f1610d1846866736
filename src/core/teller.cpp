#include "core/teller.h"

#include <string_view>

#include "base/log.h"
#include "core/request_event.h"
#include "crypto/hash.h"
#include "evidence/leaf.h"
#include "json/parse.h"
#include "tlog/tree.h"

namespace lp::core {
namespace {

// The statement that closes a request, and so the one that its reason belongs to.
bool closes(evidence::EventType type) {
  return to_string(type).starts_with("decision.");
}

void untold(std::string_view request) {
  log::warning("export.request_untold",
               "What was asked or why it was decided is gone or altered; it is left out.",
               {{"request_id", request}});
}

// Out of the opened details of a request; nothing when they are not what the core wrote.
std::optional<evidence::Asked> asked_in(std::optional<std::string> details_text) {
  if (!details_text) return std::nullopt;
  auto details = Details::from_json(*std::move(details_text));
  if (!details) return std::nullopt;
  const auto descriptor = json::parse(details->descriptor);
  if (!descriptor) return std::nullopt;
  const auto text = [&](std::string_view name) {
    return std::string(descriptor->root.find_string(name).value_or(""));
  };
  return evidence::Asked{.service = text("service"),
                         .action = text("action"),
                         .descriptor = std::move(details->descriptor),
                         .reason = {}};
}

}  // namespace

store::IoError entry_damaged(std::uint64_t index) {
  return {"entry " + std::to_string(index) + " of the log does not verify"};
}

store::Result<evidence::Statement> statement_of(const store::Leaf& row) {
  const auto leaf = evidence::read_leaf(row.leaf);
  if (!leaf || leaf->statement_sha256 != evidence::statement_sha256(row.statement) ||
      tlog::leaf_hash(row.leaf) != row.leaf_hash) {
    return std::unexpected(entry_damaged(row.index));
  }
  auto statement = evidence::read_statement(row.statement);
  if (!statement) return std::unexpected(entry_damaged(row.index));
  return *std::move(statement);
}

store::Result<std::optional<evidence::Asked>> Teller::tell(const evidence::Statement& said) {
  if (!said.of_request()) return std::nullopt;
  const auto found = known(said.stream.id);
  if (!found) return std::unexpected(found.error());
  const Known& request = **found;
  const auto asked = request.asked.find(said.request->sha256);
  if (asked == request.asked.end()) {
    untold(said.stream.id);
    return std::nullopt;
  }
  evidence::Asked told = asked->second;
  if (closes(said.type) && !request.reason.empty()) told.reason = request.reason;
  return told;
}

store::Result<std::optional<std::string>> Teller::descriptor(const std::string& request,
                                                             const Digest& sha256) {
  const auto found = known(request);
  if (!found) return std::unexpected(found.error());
  const auto asked = (*found)->asked.find(sha256);
  if (asked == (*found)->asked.end()) return std::nullopt;
  return asked->second.descriptor;
}

store::Result<const Teller::Known*> Teller::known(const std::string& request) {
  auto known = known_.find(request);
  if (known == known_.end()) {
    auto found = read(request);
    if (!found) return std::unexpected(std::move(found.error()));
    known = known_.emplace(request, *std::move(found)).first;
  }
  return &known->second;
}

store::Result<Teller::Known> Teller::read(const std::string& request) {
  Known known;
  auto account = reader_.account(request);
  if (!account) return std::unexpected(std::move(account.error()));
  if (!*account) return known;
  const auto dek = keys_.unwrap((*account)->dek_wrapped);
  if (!dek) return known;
  for (const std::string& sealed : (*account)->details_sealed) {
    if (auto asked = asked_in(open_field(dek->reveal(), "details", request, sealed))) {
      const Digest sha256 = crypto::sha256(asked->descriptor);
      known.asked.emplace(sha256, *std::move(asked));
    }
  }
  const std::string& reason = (*account)->reason_sealed;
  if (!reason.empty()) {
    known.reason = open_field(dek->reveal(), "reason", request, reason).value_or("");
    if (known.reason.empty()) untold(request);
  }
  return known;
}

}  // namespace lp::core
