// Everything that the net module itself refuses, before or instead of a handler.
//
// Each fault has one status, one stable machine code (`reason`) and one sentence that says what to
// do. The body is the shape that all errors of the server share (security.md D-46):
// {"error":…,"message":…,"code":"LETSPING_<status>","reason":…}.

#pragma once

#include <cstdint>
#include <string_view>

#include "net/message.h"

namespace lp::net {

enum class Fault : std::uint8_t {
  // Framing and syntax: what follows on the connection cannot be trusted.
  bad_request_line,
  bad_version,
  bad_target,
  target_too_long,
  bad_line_ending,
  bad_header,
  folded_header,
  header_too_large,
  too_many_headers,
  duplicate_header,
  missing_host,
  duplicate_host,
  bad_host,
  bad_forwarding,
  bad_transfer_encoding,
  bad_content_length,
  conflicting_framing,
  bad_chunk,
  chunk_extension,
  trailer,
  incomplete_request,
  // Well formed, and refused.
  unknown_method,
  unknown_host,
  unexpected_body,
  body_too_large,
  content_encoding,
  bad_expectation,
  // Too slow or too many.
  header_timeout,
  body_timeout,
  request_timeout,
  too_many_connections,
  too_many_connections_from_address,
  overloaded,
  // Ours.
  no_answer,
  out_of_memory,
  stopping,
  bad_reply,
};
inline constexpr auto fault_last = Fault::bad_reply;

struct FaultText {
  int status;
  std::string_view reason;
  std::string_view sentence;
};

FaultText describe(Fault fault);

// The reply to send. All but `no_answer` and `bad_reply` close the connection.
Reply fault_reply(Fault fault);

}  // namespace lp::net
