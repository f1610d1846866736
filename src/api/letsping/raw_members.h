// The source slices of an object's members without reading their values.
//
// For agent signatures alone: they are checked before the strict JSON rules (wire.md Decision 11),
// so the slices must be found in a body that those rules would refuse. Whatever is found here is
// only compared with a signature; json::parse decides afterwards what the body means.

#pragma once

#include <optional>
#include <string_view>

namespace lp::api {

// The source text of the first member whose name is written as exactly `name`, without escapes.
// Nothing if there is none or `body` has not the outline of an object. Linear, no recursion.
std::optional<std::string_view> raw_member(std::string_view body [[clang::lifetimebound]],
                                           std::string_view name);

}  // namespace lp::api
