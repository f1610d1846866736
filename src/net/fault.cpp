#include "net/fault.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace lp::net {

namespace {

struct Row {
  Fault fault;
  FaultText text;
};

// In the order of the enumeration, so that a look-up is an index. Framing faults share one status.
constexpr auto rows = std::to_array<Row>({
    {Fault::bad_request_line,
     {400, "bad_request_line", "The request line is malformed. Send METHOD /path HTTP/1.1."}},
    {Fault::bad_version, {400, "bad_version", "Only HTTP/1.1 and HTTP/1.0 are spoken here."}},
    {Fault::bad_target,
     {400, "bad_target",
      "The request target must be an absolute path of printable ASCII without fragment, "
      "dot segments, encoded slashes or encoded control bytes."}},
    {Fault::target_too_long,
     {414, "target_too_long", "The request target is too long. Send data in the body."}},
    {Fault::bad_line_ending,
     {400, "bad_line_ending", "Every line of the header must end in CR LF."}},
    {Fault::bad_header, {400, "bad_header", "A header line is malformed."}},
    {Fault::folded_header,
     {400, "folded_header", "A header line must not begin with white space."}},
    {Fault::header_too_large,
     {431, "header_too_large", "The header is too large. Send fewer or shorter fields."}},
    {Fault::too_many_headers,
     {431, "too_many_headers", "The header has too many fields. Send fewer."}},
    {Fault::duplicate_header,
     {400, "duplicate_header", "A header that may occur once was sent several times."}},
    {Fault::missing_host, {400, "missing_host", "Send exactly one Host header."}},
    {Fault::duplicate_host, {400, "duplicate_host", "Send exactly one Host header, not several."}},
    {Fault::bad_host,
     {400, "bad_host", "The Host header must be a host name or address with optional port."}},
    {Fault::bad_forwarding,
     {400, "bad_forwarding",
      "What the proxy says of the client is malformed or contradicts itself. Let it write either "
      "X-Forwarded-For and X-Forwarded-Proto or Forwarded, and remove the other."}},
    {Fault::bad_transfer_encoding,
     {400, "bad_transfer_encoding",
      "The only Transfer-Encoding accepted is one header of exactly chunked, on HTTP/1.1."}},
    {Fault::bad_content_length,
     {400, "bad_content_length",
      "Content-Length must be sent once, as one decimal number without leading zeros."}},
    {Fault::conflicting_framing,
     {400, "conflicting_framing", "Send Content-Length or Transfer-Encoding, never both."}},
    {Fault::bad_chunk, {400, "bad_chunk", "The chunked body is malformed."}},
    {Fault::chunk_extension, {400, "chunk_extension", "Chunk extensions are not accepted."}},
    {Fault::trailer, {400, "trailer", "Trailer fields are not accepted."}},
    {Fault::incomplete_request,
     {400, "incomplete_request", "The connection was closed before the request was whole."}},
    {Fault::unknown_method,
     {405, "unknown_method", "Use GET, HEAD, POST, PUT, DELETE or OPTIONS, in capitals."}},
    {Fault::unknown_host,
     {421, "unknown_host",
      "This server does not answer for that host name. Use its public URL or add the name "
      "to the configured hosts."}},
    {Fault::unexpected_body, {400, "unexpected_body", "Only POST and PUT may carry a body."}},
    {Fault::body_too_large, {413, "body_too_large", "The body is too large. Send at most 4 MiB."}},
    {Fault::content_encoding, {415, "content_encoding", "Send the body without Content-Encoding."}},
    {Fault::bad_expectation,
     {417, "bad_expectation", "The only expectation accepted is 100-continue."}},
    {Fault::header_timeout, {408, "header_timeout", "The header did not arrive in time."}},
    {Fault::body_timeout, {408, "body_timeout", "The body did not arrive in time."}},
    {Fault::request_timeout,
     {503, "request_timeout", "The answer took too long. Try again later."}},
    {Fault::too_many_connections,
     {503, "too_many_connections", "The server has too many connections. Try again later."}},
    {Fault::too_many_connections_from_address,
     {503, "too_many_connections_from_address",
      "There are too many connections from this address. Reuse or close some."}},
    {Fault::overloaded, {503, "overloaded", "The server is overloaded. Try again later."}},
    {Fault::no_answer,
     {503, "no_answer", "The request was given up without an answer. Try again."}},
    {Fault::out_of_memory,
     {503, "out_of_memory", "The server is short of memory. Try again later."}},
    {Fault::stopping, {503, "stopping", "The server is stopping. Try again in a moment."}},
    {Fault::bad_reply, {500, "bad_reply", "The server made a malformed reply and withheld it."}},
});

static_assert(rows.size() == static_cast<std::size_t>(fault_last) + 1);
static_assert(std::ranges::is_sorted(rows, {}, &Row::fault));

}  // namespace

FaultText describe(Fault fault) {
  return rows[static_cast<std::size_t>(fault)].text;
}

Reply fault_reply(Fault fault) {
  const FaultText text = describe(fault);
  // The sentences are ours and hold no character that JSON escapes; a test holds them to it.
  const std::string sentence(text.sentence);
  Reply reply;
  reply.status = text.status;
  reply.body = R"({"error":")" + sentence + R"(","message":")" + sentence +
               R"(","code":"LETSPING_)" + std::to_string(text.status) + R"(","reason":")" +
               std::string(text.reason) + "\"}";
  reply.close = fault != Fault::no_answer && fault != Fault::bad_reply;
  if (text.status == 503) reply.headers.emplace_back("Retry-After", "1");
  if (text.status == 405) {
    reply.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  }
  return reply;
}

}  // namespace lp::net
