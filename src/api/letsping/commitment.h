// What one agent promises another for what it hands over (wire.md A2, EscrowCommitment): checked
// for form, kept as it was written, carried out by nobody here.

#pragma once

#include <optional>
#include <string>

#include "api/members.h"
#include "json/parse.h"

namespace lp::api {

// The exact source of the member `commitment` of `body`, which stands at `pointer`; "" when absent.
std::string read_commitment(Members& body, const json::Document& document,
                            const std::string& pointer, std::optional<net::Reply>& refusal);

}  // namespace lp::api
