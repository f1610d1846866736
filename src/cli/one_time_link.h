// A link that works once, as the administration door makes it: {token, expires_at, url?}.

#pragma once

#include <string>
#include <string_view>

#include "cli/administer.h"

namespace lp::cli {

struct LinkFlags : AdminFlags {
  std::string url = "http://localhost:8400";
};
void add_link_flags(Command& app, LinkFlags& flags);

// The link to `page` of the dashboard. Its token is in the fragment, which no browser sends.
int print_link(const LinkFlags& flags, const Answer& made, std::string_view page);

}  // namespace lp::cli
