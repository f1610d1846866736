// The names of everything that can stand in the log (evidence.md 3). Closed lists: a verifier calls
// an unknown type INDETERMINATE, so adding one is a format change.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lp::evidence {

enum class EventType : std::uint8_t {
  request_created,
  request_viewed,
  request_revised,
  request_cancelled,
  review_approved,
  review_edited,
  review_rejected,
  review_changes_requested,
  review_commented,
  decision_approved,
  decision_approved_with_modifications,
  decision_rejected,
  decision_expired,
  decision_cancelled,
  decision_denied,
  permit_issued,
  permit_claimed,
  permit_succeeded,
  permit_failed,
  permit_indeterminate,
  permit_expired,
  permit_revoked,
  grant_created,
  grant_used,
  grant_revoked,
  grant_expired,
  handoff_created,
  handoff_fulfilled,
  handoff_disputed,
  handoff_failed,
  policy_changed,
  roster_changed,
  member_added,
  member_changed,
  member_removed,
  key_added,
  key_rotated,
  key_revoked,
  epoch_changed,
  break_glass_armed,
  break_glass_used,
  break_glass_reviewed,
  notification_sent,
  delivery_attempted,
  export_made,
  erasure_performed,
  clock_adjusted,
  log_opened,
  log_frozen,
  witness_changed,
  config_changed,
  login_succeeded,
  login_failed,
};

std::string_view to_string(EventType type);  // "request.created", "break_glass.armed"
std::optional<EventType> event_type(std::string_view name);

// A person's signed word on a version: approved, edited, rejected, changes_requested.
[[nodiscard]] bool is_review(EventType type);
// The end of a request by people's words.
[[nodiscard]] bool is_decision_by_people(
    EventType type);  // approved, …_with_modifications, rejected

// Whether the leaf of this type may be unsigned: notification.sent, delivery.attempted and
// request.viewed only. A decision never rests on one.
[[nodiscard]] bool may_be_unsigned(EventType type);

enum class ActorKind : std::uint8_t { member, agent, api_key, policy, system };
enum class ActorMethod : std::uint8_t {
  passkey,
  fido2,
  device_key,
  session,
  oidc,
  hmac,
  httpsig,
  api_key,
  rule,
  clock,
};
std::string_view to_string(ActorKind kind);
std::string_view to_string(ActorMethod method);
std::optional<ActorKind> actor_kind(std::string_view name);
std::optional<ActorMethod> actor_method(std::string_view name);

}  // namespace lp::evidence
