// A Reply as the bytes that leave: status line and fields; the body follows as it is.
//
// The session owns framing. A handler cannot set Content-Length, Transfer-Encoding, Connection or
// Date, and a name or value with a line break in it never leaves (response splitting): the reply is
// withheld and a 500 goes out instead.

#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "net/message.h"

namespace lp::net {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string http_date(Instant t);

// The fixed security headers as lines, ready to be appended.
std::string header_block(const Headers& headers);

// Whether every field of the reply is a token and a value without control bytes.
bool well_formed(const Reply& reply);

// Whether a reply of this status has a body at all (RFC 9112 §6.3).
bool has_body(int status);

struct HeadParts {
  std::string_view date;
  std::string_view fixed_headers;
  bool close = false;
  bool endless = false;  // the body has no length and ends with the connection (RFC 9112 §6.3)
};

// Everything up to and with the blank line. `reply` is well formed.
std::string reply_head(const Reply& reply, const HeadParts& parts);

}  // namespace lp::net
