#include "api/letsping/payload.h"

#include <string_view>

#include "api/errors.h"

namespace lp::api {

namespace {

constexpr std::string_view pointer = "/payload";

std::vector<std::string> lossy_numbers(const json::Document& body) {
  std::vector<std::string> inside;
  for (const std::string& number : body.lossy) {
    if (number.starts_with("/payload/")) inside.push_back(number.substr(pointer.size()));
  }
  return inside;
}

}  // namespace

std::expected<Payload, net::Reply> read_payload(const json::Document& body,
                                                const json::Value* payload,
                                                store::Payloads allowed) {
  if (payload == nullptr || !payload->is_object()) {
    return std::unexpected(refuse_member(pointer, "must be an object"));
  }
  Payload read;
  read.text = body.source(*payload);
  auto envelope = seal::read_envelope(*payload);
  if (envelope) {
    read.envelope = *std::move(envelope);
    return read;
  }
  if (envelope.error() != seal::EnvelopeFault::not_an_envelope) {
    return std::unexpected(refuse(envelope.error(), pointer));
  }
  if (allowed == store::Payloads::encrypted) {
    return std::unexpected(refuse(Reason::plaintext_refused));
  }
  read.lossy = lossy_numbers(body);
  return read;
}

}  // namespace lp::api
