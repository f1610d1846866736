// A request and the people around it, for tests.

#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "approval/request.h"
#include "crypto/hash.h"

namespace lp::approval {

inline const Instant created{1'000'000};
inline const Instant decide_by{1'060'000};
inline const Digest commit = crypto::sha256("commit");

inline PayloadRef envelope(std::string_view content = "envelope") {
  return {.kind = "v1",
          .env_sha256 = crypto::sha256(content),
          .commit = std::nullopt,
          .kid = std::nullopt};
}
inline PayloadRef bound(PayloadRef payload, const Digest& to = commit) {
  payload.commit = to;
  return payload;
}
inline PayloadRef plain(const Digest& to = commit) {
  return {.kind = "plain", .env_sha256 = std::nullopt, .commit = to, .kid = std::nullopt};
}

inline Request pending(Level level = Level::medium) {
  Request request;
  request.id = "req_1";
  request.level = level;
  request.created = created;
  request.decide_by = decide_by;
  request.base = envelope();
  request.current = envelope();
  request.agent_owner = "owner";
  return request;
}

inline Person reviewer(std::string member) {
  const std::string self = "member:" + member;
  return {std::move(member), {"role:reviewer", self}};
}

// A team of three reviewers and somebody without a place in any rule.
inline Context team(std::uint64_t heads = 1) {
  Context context;
  context.now = created;
  context.rule = {.kind = Rule::Kind::n_of, .parts = {}, .count = heads, .group = "role:reviewer"};
  context.people = {
      reviewer("owner"), reviewer("ann"), reviewer("bob"), {"eve", {"role:developer"}}};
  context.single_operator = false;
  return context;
}

inline Review says(Verdict verdict, std::string member, const Request& request) {
  Review wish;
  wish.version = request.version;
  wish.verdict = verdict;
  wish.payload = bound(request.current, request.current.commit.value_or(commit));
  wish.key = "key of " + member;
  wish.member = std::move(member);
  wish.proof = Proof::passkey;
  wish.reason_characters = critical_reason_min;
  return wish;
}

inline Review edits(std::string member, const Request& request,
                    std::string_view content = "edited") {
  Review wish = says(Verdict::approve, std::move(member), request);
  wish.edited = true;
  wish.base = wish.payload;
  wish.payload = bound(envelope(content), crypto::sha256(content));
  return wish;
}

inline Request after(const std::expected<Change, Refusal>& result) {
  EXPECT_TRUE(result) << (result ? "" : to_string(result.error()));
  return result ? result->request : Request{};
}

}  // namespace lp::approval
