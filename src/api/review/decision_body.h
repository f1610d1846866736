// A signed decision as it comes over the wire, for the dashboard and the command line:
// {core, signature, authenticatorData?, clientDataJSON?, reason?, edit?, note?, number?}; and
// several under one signature: {head, signature, authenticatorData?, clientDataJSON?, reason?,
// items: [{request, core}]}.

#pragma once

#include <expected>
#include <string>

#include "api/context.h"
#include "core/batches.h"
#include "core/commands.h"
#include "core/number_match.h"
#include "net/message.h"

namespace lp::api {

// Form only: base64, sizes, strict JSON of an edit. What it means is the core's to say.
std::expected<core::DecideMatched, net::Reply> read_decision(std::string body,
                                                             std::string request);

// Likewise; that the items are what the head says is the core's to find.
std::expected<core::DecideBatch, net::Reply> read_batch(std::string body);

// 409 `stale` says what to sign instead: it carries a new offer; 409 `already_decided` who was
// first: it carries the decision as the detail shows it.
net::Reply refuse_decision(Context& context, const core::Refused& refused,
                           const std::string& member, const std::string& key);

// 409 for a number that is missing or not the one, with `tries_left`.
net::Reply refuse_number(core::NumberRefusal why, unsigned tries_left);

}  // namespace lp::api
