// The statements that read requests, which share their columns: parts of the list in queries.cpp.

#pragma once

#include <array>
#include <string_view>

namespace lp::store {

// Texts one after another, at compile time.
template <const std::string_view&... texts>
struct Joined {
  static constexpr auto characters = [] {
    std::array<char, (texts.size() + ...)> out{};
    auto end = out.begin();
    for (const std::string_view text : {texts...}) {
      for (const char c : text) *end++ = c;
    }
    return out;
  }();
  static constexpr std::string_view value{characters.data(), characters.size()};
};

// The columns of a request with its state, delivery and assignment, as read_full_request takes
// them: first what a list shows, then what only the request itself shows and a list leaves empty.
// The newest revision stands in place of the request's own bytes.
inline constexpr std::string_view request_small = R"(
SELECT r.id, p.id, r.api_key, r.agent_id, r.agent_owner, r.strength, r.candidate, r.service,
  r.action, r.priority, r.role, r.environment, r.trace_id, r.parent_request_id, r.client,
  r.payload_kind, coalesce(v.request_sha256, r.request_sha256), r.created, r.decide_by,
  r.leaf_index, (SELECT wrapped FROM request_key WHERE request = r.number), s.state,
  s.decide_by, s.leaf_index, s.statement_sha256,
  s.stream_seq, s.mac, s.decided, s.actor, s.actor_kind, s.method, s.detail, s.reason_sealed,
  d.at, d.how, s.asked_sha256,)";
inline constexpr std::string_view request_large = R"(
  coalesce(v.commit_key_sealed, r.commit_key_sealed),
  coalesce(v.details_sealed, r.details_sealed), coalesce(v.payload, r.payload), s.edited_payload,
  a.member, a.by, a.at)";
inline constexpr std::string_view request_large_empty = R"(
  x'', x'', x'', x'', a.member, a.by, a.at)";
inline constexpr std::string_view revision_and_delivery = R"(
  LEFT JOIN revision v ON v.request = r.id
    AND v.version = (SELECT max(version) FROM revision WHERE request = r.id)
  LEFT JOIN delivery d ON d.request = r.id
  LEFT JOIN assignment a ON a.request = r.id)";

inline constexpr std::string_view from_one = R"(
FROM request r JOIN project p ON p.number = r.project
  JOIN request_state s ON s.project = r.project AND s.request = r.id)";
inline constexpr std::string_view where_one = R"(
WHERE r.id = ?1)";

// A list walks one project's states backwards; CROSS JOIN holds SQLite to this order.
inline constexpr std::string_view from_all = R"(
FROM project p CROSS JOIN request_state s CROSS JOIN request r ON r.id = s.request)";
inline constexpr std::string_view from_pending = R"(
FROM project p CROSS JOIN request_state s INDEXED BY request_pending
  CROSS JOIN request r ON r.id = s.request)";
inline constexpr std::string_view where_all = R"(
WHERE p.id = ?1 AND s.project = p.number AND s.request < ?2
  AND (?3 IS NULL OR r.service = ?3) AND (?4 IS NULL OR r.action = ?4)
  AND (?5 IS NULL OR r.environment = ?5) AND (?6 IS NULL OR r.role = ?6)
  AND (?7 IS NULL OR r.trace_id = ?7) AND (?8 IS NULL OR r.parent_request_id = ?8)
  AND (?10 IS NULL OR coalesce(a.member, '') = ?10)
  AND (?11 IS NULL OR json_extract(s.detail, '$.level') IN ('high', 'critical'))
  AND (?12 IS NULL OR ?14 = EXISTS
    (SELECT 1 FROM snooze z WHERE z.member = ?12 AND z.request = s.request AND z.until > ?13)))";
inline constexpr std::string_view only_pending = R"(
  AND s.state = 'pending')";
inline constexpr std::string_view only_decided = R"(
  AND s.state <> 'pending')";
inline constexpr std::string_view newest_first = R"(
ORDER BY s.request DESC LIMIT ?9)";

inline constexpr std::string_view one_request =
    Joined<request_small, request_large, from_one, revision_and_delivery, where_one>::value;
inline constexpr std::string_view all_requests =
    Joined<request_small, request_large_empty, from_all, revision_and_delivery, where_all,
           newest_first>::value;
inline constexpr std::string_view pending_requests =
    Joined<request_small, request_large_empty, from_pending, revision_and_delivery, where_all,
           only_pending, newest_first>::value;
inline constexpr std::string_view decided_requests =
    Joined<request_small, request_large_empty, from_all, revision_and_delivery, where_all,
           only_decided, newest_first>::value;

}  // namespace lp::store
