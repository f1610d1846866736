// The event of an erasure, whatever it is of: owners signed its document, and one of them is its
// actor.

#pragma once

#include <expected>

#include "core/work.h"
#include "evidence/erasure.h"

namespace lp::core {

// Fault::not_permitted unless enough owners of the roster in force signed the document.
std::expected<void, Refused> signed_by_owners(const ProjectView& project,
                                              const evidence::ErasureRecord& record);

// To append to the log of the project; the signatures were checked.
Work::Event erasure_event(Work& work, const ProjectView& project,
                          const evidence::ErasureRecord& record);

}  // namespace lp::core
