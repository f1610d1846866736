// Replies that carry JSON.

#pragma once

#include <string>
#include <utility>

#include "net/message.h"

namespace lp::api {

inline net::Reply json_reply(std::string body) {
  net::Reply reply;
  reply.body = std::move(body);
  return reply;
}

// What no cache may keep: payloads, secrets, and what is true only now.
inline net::Reply private_reply(std::string body) {
  net::Reply reply = json_reply(std::move(body));
  reply.headers.emplace_back("Cache-Control", "no-store");
  return reply;
}

}  // namespace lp::api
