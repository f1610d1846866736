// GET /log/root/checkpoint and /log/root/tile/…: the root log as c2sp.org/tlog-tiles, for anybody:
// it holds nothing but hashes (evidence.md 5).

#pragma once

#include "api/routes.h"

namespace lp::api {

net::Outcome root_checkpoint(Context& context, Call& call);
// As log_tile.
net::Outcome root_tile(Context& context, Call& call);

// At the administration door, for the command line. {origin, size, vkey, checkpoint?}.
net::Outcome root_log_head(Context& context, Call& call);
// ?first=: {entries:[{index, project, size, leaf}]}, at most 256, only what is signed.
net::Outcome root_log_entries(Context& context, Call& call);

// What a verifier pins of the root log, and of the witnesses: members of a trust file
// (spec/receipt-format.md §3). Nothing when nobody need cosign.
json::Value describe_root(const core::Directory& directory);
std::optional<json::Value> describe_witnesses(const core::Directory& directory);

}  // namespace lp::api
