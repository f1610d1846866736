// Logs that never go on: what happens to them at start (inside core).
//
// A log is closed when the database under it is older than what was signed and a person has said
// that the rest is gone for good (`serve --accept-rollback`). The signer remembers that first. Then
// an owner signs that another log opens in its place (successions.h), at once or after any number
// of starts; until then the log is frozen, and after that it is still read.

#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "core/world.h"

namespace lp::core {

// Whether the log was closed, now or long ago: then it is frozen, and nothing of it is compared
// with what was signed.
bool stays_closed(World& world, ProjectLog& log);

// Closes what was rolled back, when EngineOptions::accept_rollback says so, and shows in
// world.directory which logs wait for an owner. After all logs were taken up. The error is a
// sentence for people.
std::expected<void, std::string> take_up_closed(World& world);

// Has the signer close each log that another one took the place of and that it has not closed yet,
// as the document says that owners signed for the other. The error is a sentence for people.
std::expected<void, std::string> close_succeeded(World& world);

// Under which origin the rows keep a checkpoint of a log that only we signed (store::CosignedHead):
// a copy of the data so brings one along that it has all leaves of.
std::string own_head_name(std::string_view origin);

}  // namespace lp::core
