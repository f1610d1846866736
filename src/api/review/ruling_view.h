// What the policy said of a request, as people are shown it, with where its facts come from.

#pragma once

#include "api/context.h"
#include "core/views.h"
#include "json/value.h"

namespace lp::api {

// Adds `ruling` as it is stored (policy/policy.h, explain), with `sources`: {FACT: JSON Pointer} of
// the request's tool in the version that ruled. Whoever decrypts the payload computes these facts
// again and approves nothing where one is another. Without `sources` nobody can, for that version
// does not read any more.
void add_ruling(json::Value& value, Context& context, const core::RequestView& view);

}  // namespace lp::api
