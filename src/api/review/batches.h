// Several requests of one action, decided by one signature of the person who is signed in.

#pragma once

#include "api/review/session.h"
#include "api/routes.h"

namespace lp::api {

// {head, signature, reason?, items: [{request, core}]} → {results: [{request, decided, state?,
// refused?}]}, in the order of the items: what became of each is its own, and `refused` is the
// error that deciding it alone would have answered. What is wrong with the batch itself is an error
// of the whole, and then nothing was decided.
net::Outcome decide_batch(Context& context, Call& call, const Session& session);

}  // namespace lp::api
