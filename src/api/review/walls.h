// The four walls around everything that a browser may change (security.md D-13): a JSON content
// type, our own header, our own Origin, and the browser's word that the page is ours. A foreign
// page fails at each of them, so no token has to be kept or leaked.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/message.h"

namespace lp::api {

// What the browser calls this server: scheme and Host of the request. The Host has been checked
// against the allow-list before any handler runs. At the host of `public_url` ("" for none) that
// URL knows the scheme, since not every proxy says which one it was reached by.
std::string own_origin(std::string_view public_url, const net::Request& request);

// 403 `csrf`, the same bytes whichever wall it was; nothing for a call of our own page.
std::optional<net::Reply> refuse_foreign_page(std::string_view public_url,
                                              const net::Request& request);

}  // namespace lp::api
