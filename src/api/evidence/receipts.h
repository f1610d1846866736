// Receipts and proofs of one project's log (spec/receipt-format.md, evidence.md 5).
//
// GET /log/{log}/receipt/{leaf}: for API keys of role auditor or admin of that project, for a
// session that Context::session_reads_log accepts, and for the agent whose request it is of. To
// anybody else, and for what no signed checkpoint covers, it is not there.

#pragma once

#include <cstdint>
#include <optional>

#include "api/review/session.h"
#include "api/routes.h"
#include "json/value.h"

namespace lp::api {

// {leaf} is an index, or the leaf's hash in hex. ?format=json|tlog-proof|sigstore|jws,
// ?from_roster=VERSION, ?wait=witnessed&timeout=SECONDS: held until the quorum of the witness
// policy covers it; when it does not in time, or too many wait already, 202 with what there is.
net::Outcome log_receipt(Context& context, Call& call);
// ?index=N&size=N: {hashes, index, size}; the newest signed size when none is named.
net::Outcome log_inclusion(Context& context, Call& call);
// ?from=N&to=N: {from, hashes, to}. Also for agents, who keep the checkpoint of a receipt and ask
// whether the next one goes on from it.
net::Outcome log_consistency(Context& context, Call& call);
// GET /api/review/requests/{id}/receipt: of the decision; before there is one, of the asking.
net::Outcome request_receipt(Context& context, Call& call, const Session& session);
// The same on the admin socket: of a request, or of ?project=&index=.
net::Outcome admin_receipt(Context& context, Call& call);

// Adds the member `receipt`, of the leaf at `index`, to a reply that rests on it. It stays absent
// where there is none that can be made (asking for the receipt itself says why); a store that
// cannot be read is the reply that comes back.
std::optional<net::Reply> add_receipt(Context& context, json::Value& reply,
                                      const core::ProjectView& project, std::uint64_t index);

}  // namespace lp::api
