// The stored hashes of a log as proofs want them: the leaf hashes and the full upper tiles of a
// project's log or of the root log.

#pragma once

#include <cstdint>
#include <string>

#include "store/store.h"
#include "tlog/tree.h"

namespace lp::core {

// Of the first `size` leaves. `reader` must live as long as what is returned; a row that cannot be
// read counts as missing. With `origin` what is read is kept for the next proof (subtree_hashes.h):
// only for what is signed, and not by whoever checks whether it is.
tlog::HashReader hashes_of_log(store::Reader& reader, std::string project, std::uint64_t size,
                               const std::string& origin = {});
tlog::HashReader hashes_of_root_log(store::Reader& reader, std::uint64_t size,
                                    const std::string& origin = {});

}  // namespace lp::core
