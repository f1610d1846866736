// The payload of an ask or a revision: exact source text, sealed or not, and whether the project
// takes it so.

#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "json/parse.h"
#include "net/message.h"
#include "seal/envelope.h"
#include "store/rows.h"

namespace lp::api {

struct Payload {
  std::string text;                        // exact source slice
  std::optional<seal::Envelope> envelope;  // absent: plaintext
  std::vector<std::string> lossy;          // plaintext: pointers of numbers binary64 would change
};

// `payload` is the member of that name of the document, or nullptr when absent, which is refused.
std::expected<Payload, net::Reply> read_payload(const json::Document& body,
                                                const json::Value* payload,
                                                store::Payloads allowed);

}  // namespace lp::api
