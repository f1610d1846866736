// What a rule that asks less than the defaults may rest on.
//
// A compromised agent can write any fact it likes. So an `allow`, and every rule that lowers the
// level or the number of people below the defaults, may rest on service, action and a proven agent,
// on what the server measures, and on facts with a source that the executor recomputes
// (`verify_facts`). Anything else is refused when the policy is read: allow_on_unverified_fact.

#pragma once

#include "policy/document.h"

namespace lp::policy {

void refuse_unverified(const Document& document, Problems& problems);

// Whether a rule asks less than the defaults would.
[[nodiscard]] bool lowers(const Rule& rule, const Document& document);

// The tools that a rule can apply to; a null pointer stands for those that are not listed.
[[nodiscard]] std::vector<const Tool*> tools_of(const Rule& rule, const Document& document);

}  // namespace lp::policy
