// What a page signs, or has a passkey challenged with, where the server cannot rebuild it: the two
// nonces and the page. Made by the page; the server's own words are never a challenge
// (evidence.md 8).

#pragma once

#include <optional>
#include <string>

namespace lp::api {

// The server's nonce in JCS{origin, server_nonce, client_nonce}, which was made on the page
// `origin` with enough randomness of its own; nothing for any other text.
std::optional<std::string> server_nonce_of(const std::string& body, const std::string& origin);

}  // namespace lp::api
