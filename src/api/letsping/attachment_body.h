// The member `attachments` of an ask: what the agent will upload beside its payload, piece by piece
// (spec/encryption.md §13).

#pragma once

#include <optional>
#include <vector>

#include "api/members.h"
#include "net/message.h"
#include "seal/attachment.h"

namespace lp::api {

// [{id, size, pieces: [sha256, …]}], checked against the bounds; `sealed`: the payload is, so the
// pieces are. What is wrong goes into `refusal`.
std::vector<seal::DeclaredAttachment> read_attachments(Members& body, bool sealed,
                                                       std::optional<net::Reply>& refusal);

// Why they are not the ones that a payload in plaintext lists. Of a sealed one only devices know.
std::optional<net::Reply> refuse_unlisted(const json::Value& payload,
                                          const std::vector<seal::DeclaredAttachment>& declared);

}  // namespace lp::api
