#include "api/review/walls.h"

#include <algorithm>

#include "api/errors.h"

namespace lp::api {

namespace {

// Parameters are let by: some clients name the charset.
bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return std::ranges::equal(type, std::string_view("application/json"), [](char given, char lower) {
    return (given >= 'A' && given <= 'Z' ? given - 'A' + 'a' : given) == lower;
  });
}

}  // namespace

std::string own_origin(std::string_view public_url, const net::Request& request) {
  const std::size_t scheme = public_url.find("://");
  if (scheme != std::string_view::npos && public_url.substr(scheme + 3) == request.host) {
    return std::string(public_url);
  }
  return (request.tls ? "https://" : "http://") + request.host;
}

std::optional<net::Reply> refuse_foreign_page(std::string_view public_url,
                                              const net::Request& request) {
  const bool ours = request.method == net::Method::post &&
                    is_json(request.header("content-type")) && request.header("x-lp-csrf") == "1" &&
                    request.header("origin") == own_origin(public_url, request) &&
                    request.header("sec-fetch-site") == "same-origin";
  if (ours) return std::nullopt;
  return refuse(Reason::csrf);
}

}  // namespace lp::api
