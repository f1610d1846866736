// Beast's parser, writing straight into a Request.
//
// The callbacks of http::basic_parser are used instead of its request_parser: no second copy of
// every field, and chunk extensions and trailers are refused where they appear, before they could
// be merged into the header.

#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "net/fault.h"
#include "net/message.h"
#include "net/server.h"

namespace lp::net {

class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  // Both outlive the parser. Fills method, path, query, headers and body of `request`.
  RequestParser(Request& request, const Limits& limits);

  // `head` is exactly one header with its blank line, as HeadScanner found it.
  std::expected<void, Fault> put_head(std::string_view head);
  [[nodiscard]] unsigned version() const { return version_; }
  [[nodiscard]] bool chunked() const { return basic_parser::chunked(); }

  // How many of the bytes were taken; what is left must be offered again with more behind it.
  std::expected<std::size_t, Fault> put_body(std::string_view bytes);
  [[nodiscard]] bool done() const { return is_done(); }

 private:
  using ErrorCode = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, Text method, Text target, int version,
                       ErrorCode& error) override;
  void on_response_impl(int code, Text reason, int version, ErrorCode& error) override;
  void on_field_impl(boost::beast::http::field field, Text name, Text value,
                     ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode& error) override;
  std::size_t on_body_impl(Text body, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t left, Text body, ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override;

  void refuse(Fault fault, ErrorCode& error);
  [[nodiscard]] Fault fault_of(const ErrorCode& error) const;

  Request& request_;
  const Limits& limits_;
  std::optional<Fault> refused_;
  unsigned version_ = 0;
  bool head_done_ = false;
};

}  // namespace lp::net
