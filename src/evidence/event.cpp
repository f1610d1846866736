#include "evidence/event.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace lp::evidence {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 53> type_names{
    "request.created",
    "request.viewed",
    "request.revised",
    "request.cancelled",
    "review.approved",
    "review.edited",
    "review.rejected",
    "review.changes_requested",
    "review.commented",
    "decision.approved",
    "decision.approved_with_modifications",
    "decision.rejected",
    "decision.expired",
    "decision.cancelled",
    "decision.denied",
    "permit.issued",
    "permit.claimed",
    "permit.succeeded",
    "permit.failed",
    "permit.indeterminate",
    "permit.expired",
    "permit.revoked",
    "grant.created",
    "grant.used",
    "grant.revoked",
    "grant.expired",
    "handoff.created",
    "handoff.fulfilled",
    "handoff.disputed",
    "handoff.failed",
    "policy.changed",
    "roster.changed",
    "member.added",
    "member.changed",
    "member.removed",
    "key.added",
    "key.rotated",
    "key.revoked",
    "epoch.changed",
    "break_glass.armed",
    "break_glass.used",
    "break_glass.reviewed",
    "notification.sent",
    "delivery.attempted",
    "export.made",
    "erasure.performed",
    "clock.adjusted",
    "log.opened",
    "log.frozen",
    "witness.changed",
    "config.changed",
    "login.succeeded",
    "login.failed",
};
static_assert(type_names.size() == static_cast<std::size_t>(EventType::login_failed) + 1);

constexpr std::array<std::string_view, 5> kind_names{"member", "agent", "api_key", "policy",
                                                     "system"};
static_assert(kind_names.size() == static_cast<std::size_t>(ActorKind::system) + 1);

constexpr std::array<std::string_view, 10> method_names{"passkey", "fido2", "device_key", "session",
                                                        "oidc",    "hmac",  "httpsig",    "api_key",
                                                        "rule",    "clock"};
static_assert(method_names.size() == static_cast<std::size_t>(ActorMethod::clock) + 1);

template <typename T, std::size_t N>
std::optional<T> value_of(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<T>(found - names.begin());
}

}  // namespace

std::string_view to_string(EventType type) {
  return type_names[static_cast<std::size_t>(type)];
}

std::optional<EventType> event_type(std::string_view name) {
  return value_of<EventType>(type_names, name);
}

bool is_review(EventType type) {
  return type == EventType::review_approved || type == EventType::review_edited ||
         type == EventType::review_rejected || type == EventType::review_changes_requested;
}

bool is_decision_by_people(EventType type) {
  return type == EventType::decision_approved ||
         type == EventType::decision_approved_with_modifications ||
         type == EventType::decision_rejected;
}

bool may_be_unsigned(EventType type) {
  return type == EventType::notification_sent || type == EventType::delivery_attempted ||
         type == EventType::request_viewed;
}

std::string_view to_string(ActorKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(ActorMethod method) {
  return method_names[static_cast<std::size_t>(method)];
}

std::optional<ActorKind> actor_kind(std::string_view name) {
  return value_of<ActorKind>(kind_names, name);
}

std::optional<ActorMethod> actor_method(std::string_view name) {
  return value_of<ActorMethod>(method_names, name);
}

}  // namespace lp::evidence
