// The kill switches as people reach them, on the dashboard and on the command line: raising an
// epoch, and stopping an agent (core/epochs.h).

#pragma once

#include <string>

#include "api/context.h"
#include "api/routes.h"
#include "core/epochs.h"

namespace lp::api {

// {project, agent? | service and action?, reason?} as a command; of neither, all of the project.
struct EpochBody {
  std::string project;
  core::RaiseEpoch command;
};
std::expected<EpochBody, net::Reply> read_epoch(std::string body);
// {reason?}
std::expected<std::string, net::Reply> read_reason(std::string body);

// {number, permits_revoked}
net::Outcome raise(Context& context, core::RaiseEpoch command);
// {number, permits_revoked, requests_cancelled, was_revoked}
net::Outcome stop(Context& context, core::StopAgent command);

}  // namespace lp::api
