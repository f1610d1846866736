#include "net/request_parser.h"

#include <algorithm>
#include <utility>

#include "net/http_rules.h"

namespace lp::net {

namespace http = boost::beast::http;

namespace {

// A chunk header without extensions needs few bytes; a trailer is refused anyway. What a sender
// leaves unfinished beyond this is an attempt to make us hold bytes.
constexpr std::size_t chunk_header_bytes_max = 256;

// What is wrong with the beginning of a chunk header that has no end yet. Beast waits for CR LF
// whatever comes before it; a client that ends its lines otherwise would wait for the timeout.
std::optional<Fault> pending_chunk_fault(std::string_view pending) {
  if (pending.size() > chunk_header_bytes_max) return Fault::bad_chunk;
  for (const char end_of_data : {'\r', '\n'}) {
    if (pending.starts_with(end_of_data)) pending.remove_prefix(1);
  }
  const std::size_t digits = pending.find_first_not_of("0123456789abcdefABCDEF");
  if (digits == std::string_view::npos) return {};
  pending.remove_prefix(digits);
  if (pending.starts_with(';') || pending.starts_with(' ')) return Fault::chunk_extension;
  if (std::string_view("\r\n\r").starts_with(pending)) return {};
  return pending.starts_with("\r\n") ? Fault::trailer : Fault::bad_chunk;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

Fault fault_of_condition(http::error condition) {
  if (condition == http::error::bad_method) return Fault::bad_request_line;
  if (condition == http::error::bad_target) return Fault::bad_target;
  if (condition == http::error::bad_version) return Fault::bad_version;
  if (condition == http::error::bad_line_ending) return Fault::bad_line_ending;
  if (condition == http::error::header_limit) return Fault::header_too_large;
  if (condition == http::error::body_limit) return Fault::body_too_large;
  if (condition == http::error::bad_obs_fold) return Fault::folded_header;
  if (condition == http::error::bad_content_length) return Fault::bad_content_length;
  if (condition == http::error::multiple_content_length) return Fault::bad_content_length;
  if (condition == http::error::bad_transfer_encoding) return Fault::bad_transfer_encoding;
  if (condition == http::error::bad_chunk) return Fault::bad_chunk;
  if (condition == http::error::bad_chunk_extension) return Fault::chunk_extension;
  return Fault::bad_header;
}

}  // namespace

RequestParser::RequestParser(Request& request, const Limits& limits)
    : request_(request), limits_(limits) {
  header_limit(static_cast<std::uint32_t>(limits.header_bytes_max + 1));
  body_limit(static_cast<std::uint64_t>(limits.body_bytes_max));
  eager(true);
}

void RequestParser::refuse(Fault fault, ErrorCode& error) {
  refused_ = fault;
  error = http::error::bad_value;
}

Fault RequestParser::fault_of(const ErrorCode& error) const {
  if (refused_) return *refused_;
  return fault_of_condition(static_cast<http::error>(error.value()));
}

std::expected<void, Fault> RequestParser::put_head(std::string_view head) {
  ErrorCode error;
  put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error == http::error::need_more) return std::unexpected(Fault::bad_header);
  if (error) return std::unexpected(fault_of(error));
  return {};
}

std::expected<std::size_t, Fault> RequestParser::put_body(std::string_view bytes) {
  ErrorCode error;
  const std::size_t taken = put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error == http::error::need_more) {
    const auto fault = pending_chunk_fault(bytes.substr(taken));
    if (fault) return std::unexpected(*fault);
    return taken;
  }
  if (error) return std::unexpected(fault_of(error));
  return taken;
}

void RequestParser::on_request_impl(http::verb, Text method, Text target, int version,
                                    ErrorCode& error) {
  version_ = static_cast<unsigned>(version);
  if (target.size() > limits_.target_bytes_max) return refuse(Fault::target_too_long, error);
  const auto known = method_named({method.data(), method.size()});
  if (!known) return refuse(Fault::unknown_method, error);
  request_.method = *known;
  auto read = read_target({target.data(), target.size()});
  if (!read) return refuse(read.error(), error);
  request_.path = std::move(read->path);
  request_.query = std::move(read->query);
  request_.headers.reserve(16);
}

void RequestParser::on_response_impl(int, Text, int, ErrorCode&) {}

void RequestParser::on_field_impl(http::field, Text name, Text value, ErrorCode& error) {
  if (head_done_) return refuse(Fault::trailer, error);
  request_.headers.emplace_back(lower_case({name.data(), name.size()}),
                                trimmed({value.data(), value.size()}));
}

void RequestParser::on_header_impl(ErrorCode&) {
  head_done_ = true;
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) {}

std::size_t RequestParser::on_body_impl(Text body, ErrorCode&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, Text extensions, ErrorCode& error) {
  if (!extensions.empty()) refuse(Fault::chunk_extension, error);
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, ErrorCode&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_finish_impl(ErrorCode&) {}

}  // namespace lp::net
