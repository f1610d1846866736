// How a request comes into being once it is known who asks and how it is to be looked at: by an
// agent (agents.cpp), or by the server itself (policies.cpp). lp-core only.

#pragma once

#include "core/asker.h"
#include "core/ruling.h"
#include "core/work.h"

namespace lp::core {

// Refuses what nobody in the roster could approve. What the ruling denies or allows is closed with
// the same batch, by the policy.
Applied<Ingest> take_in(Work& work, const Ingest& command, const ProjectView& project,
                        ProjectLog& log, const Asker& asker, const AskRuling& ruling);

}  // namespace lp::core
