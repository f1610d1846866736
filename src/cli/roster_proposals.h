// Changes that wait for an owner, as the command line reads them from the server.

#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "cli/admin_client.h"
#include "evidence/roster_wish.h"
#include "json/value.h"

namespace lp::cli {

inline constexpr std::string_view waits_no_more =
    "No such change waits: it was signed or withdrawn, or its 30 minutes are over.";

// The error is the exit status, said already.
std::expected<json::Array, int> fetch_proposals(AdminClient& client);

struct WaitingChange {
  evidence::RosterWish wish;
  std::uint64_t from = 0;  // of another key of the server: from where on it could sign now
};
std::optional<WaitingChange> read_proposal(const json::Value& proposal);
// The one of this id.
std::expected<WaitingChange, int> fetch_proposal(AdminClient& client, std::string_view id);

std::expected<void, int> withdraw_proposal(AdminClient& client, const std::string& id);

}  // namespace lp::cli
