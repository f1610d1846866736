#include "api/review/review.h"

#include "api/evidence/receipts.h"
#include "api/review/accounts.h"
#include "api/review/agents.h"
#include "api/review/attachments.h"
#include "api/review/batches.h"
#include "api/review/content_keys.h"
#include "api/review/erasures.h"
#include "api/review/events.h"
#include "api/review/login.h"
#include "api/review/login_link.h"
#include "api/review/pairing.h"
#include "api/review/passkeys.h"
#include "api/review/policies.h"
#include "api/review/reach.h"
#include "api/review/requests.h"
#include "api/review/rosters.h"
#include "api/review/sessions.h"
#include "api/review/settings.h"
#include "api/review/setup.h"
#include "api/review/sign_on.h"
#include "api/review/successions.h"
#include "api/review/talk.h"
#include "api/review/webhooks.h"

namespace lp::api {

std::vector<Route> review_routes() {
  using net::Method;
  return {
      {Method::post, "/api/setup/begin", walled<begin_setup>},
      {Method::post, "/api/setup/finish", walled<finish_setup>},

      {Method::get, "/api/session", signed_in<show_session>},
      {Method::get, "/api/sessions", signed_in<list_sessions>},
      {Method::post, "/api/sessions/end-others", walled_active<end_other_sessions>},
      {Method::post, "/api/sessions/{id}/end", walled_active<end_session>},
      {Method::post, "/api/login/begin", walled<begin_login>},
      {Method::post, "/api/login", walled<login>},
      {Method::post, "/api/login/passkey", walled<login_by_passkey>},
      {Method::get, "/api/login/methods", show_login_methods},
      {Method::post, "/api/login/sso/begin", walled<begin_sign_on>},
      {Method::post, "/api/login/sso/finish", walled<finish_sign_on>},
      {Method::post, "/api/login/sso/logout", back_channel_logout},
      {Method::post, "/api/logout", walled<logout>},
      {Method::post, "/api/login-link", walled<show_login_link>},
      {Method::post, "/api/login-link/device", walled<use_login_link>},

      {Method::get, "/api/review/requests", signed_in<list_reviews>},
      {Method::get, "/api/review/requests/{id}", signed_in<show_review>},
      {Method::get, "/api/review/requests/{id}/receipt", signed_in<request_receipt>},
      {Method::get, "/api/review/requests/{id}/attachments/{attachment}/{piece}",
       signed_in<show_attachment>},
      {Method::post, "/api/review/requests/{id}/viewed", walled_signed_in<note_viewed>},
      {Method::post, "/api/review/requests/{id}/decision", walled_active<decide_review>},
      {Method::post, "/api/review/batches", walled_active<decide_batch>},
      {Method::get, "/api/review/requests/{id}/talk", signed_in<list_remarks>},
      {Method::get, "/api/review/requests/{id}/versions", signed_in<list_versions>},
      {Method::post, "/api/review/requests/{id}/comments", walled_active<comment>},
      {Method::post, "/api/review/requests/{id}/assignee", walled_active<assign>},
      {Method::post, "/api/review/requests/{id}/put-off", walled_active<put_off>},
      {Method::get, "/api/review/events", signed_in<stream_events>},

      {Method::get, "/api/review/passkeys", signed_in<list_passkeys>},
      {Method::post, "/api/review/passkeys/begin", walled_active<begin_passkey>},
      {Method::post, "/api/review/passkeys", walled_active<add_passkey>},
      {Method::post, "/api/review/passkeys/{key}/remove", walled_active<remove_passkey>},

      {Method::get, "/api/review/accounts", signed_in<list_accounts>},
      {Method::post, "/api/review/account-links", walled_active<create_account_link>},
      {Method::post, "/api/review/accounts/{id}/unlink", walled_active<unlink_account>},
      {Method::get, "/api/review/channels", signed_in<list_channels>},
      {Method::post, "/api/review/channels", walled_active<add_channel>},
      {Method::get, "/api/review/channels/{id}/preview", signed_in<preview_channel>},
      {Method::post, "/api/review/channels/{id}/test", walled_active<test_channel>},
      {Method::post, "/api/review/channels/{id}/remove", walled_active<remove_channel>},
      {Method::post, "/api/review/browsers", walled_active<add_browser>},
      {Method::get, "/api/review/browsers/{id}/preview", signed_in<preview_browser>},
      {Method::post, "/api/review/browsers/{id}/test", walled_active<test_browser>},
      {Method::post, "/api/review/browsers/{id}/remove", walled_active<remove_browser>},
      {Method::post, "/api/review/browsers/{id}/shown", walled_signed_in<note_shown>},

      {Method::get, "/api/review/agents", signed_in<list_agents>},
      {Method::post, "/api/review/agents", walled_active<add_agent>},
      {Method::post, "/api/review/agents/{id}/rotate", walled_active<renew_agent>},
      {Method::post, "/api/review/agents/{id}/revoke", walled_active<end_agent>},
      {Method::post, "/api/review/agents/{id}/stop", walled_active<stop_any_agent>},
      {Method::post, "/api/review/epochs", walled_active<raise_any_epoch>},
      {Method::post, "/api/review/api-keys", walled_active<add_api_key>},
      {Method::post, "/api/review/api-keys/{id}/revoke", walled_active<end_api_key>},
      {Method::get, "/api/review/webhooks", signed_in<list_project_webhooks>},
      {Method::post, "/api/review/webhooks", walled_active<add_project_webhook>},
      {Method::post, "/api/review/webhooks/{id}/remove", walled_active<remove_project_webhook>},
      {Method::get, "/api/review/policies", signed_in<list_project_policies>},
      {Method::post, "/api/review/policies", walled_active<push_project_policy>},
      {Method::post, "/api/review/policies/replay", walled_active<replay_project_policy>},
      {Method::get, "/api/review/policies/{project}/{version}", signed_in<show_project_policy>},
      {Method::post, "/api/review/policies/{project}/{version}/activate",
       walled_active<activate_project_policy>},
      {Method::get, "/api/review/settings", signed_in<show_settings>},

      {Method::get, "/api/review/content-keys", signed_in<list_content_keys>},
      {Method::post, "/api/review/content-keys/device", walled_signed_in<keep_wrap_key>},
      {Method::post, "/api/review/content-keys", walled_active<hand_over_key>},
      {Method::post, "/api/review/content-keys/{project}/{kid}/drop",
       walled_signed_in<drop_content_key>},
      {Method::post, "/api/review/content-keys/{project}/{kid}/retire",
       walled_active<retire_content_key>},
      {Method::post, "/api/review/content-keys/{project}/{kid}/sheet",
       walled_active<note_recovery_sheet>},
      {Method::get, "/api/review/key-copies", signed_in<list_key_copies>},
      {Method::post, "/api/review/key-copies", walled_active<keep_key_copy>},
      {Method::post, "/api/review/key-copies/{id}/remove", walled_active<remove_key_copy>},
      {Method::post, "/api/review/pairings", walled_active<begin_pairing>},
      {Method::get, "/api/review/pairings/{id}", signed_in<show_pairing>},
      {Method::post, "/api/review/pairings/{id}/answer", walled_active<answer_pairing>},
      {Method::post, "/api/review/pairings/{id}/end", walled_active<end_pairing>},
      {Method::post, "/api/pairing/claim", walled<claim_pairing>},
      {Method::post, "/api/pairing/reveal", walled<reveal_pairing>},
      {Method::post, "/api/pairing/state", walled<pairing_state>},
      {Method::post, "/api/pairing/stop", walled<stop_pairing>},

      {Method::get, "/api/review/rosters", signed_in<list_rosters>},
      {Method::post, "/api/review/rosters", walled_active<sign_rosters>},
      {Method::get, "/api/review/roster-proposals", signed_in<list_proposals>},
      {Method::post, "/api/review/roster-proposals", walled_active<propose_change>},
      {Method::get, "/api/review/roster-proposals/{id}", signed_in<show_proposal>},
      {Method::post, "/api/review/roster-proposals/{id}/sign", walled_active<sign_proposal>},
      {Method::post, "/api/review/roster-proposals/{id}/withdraw",
       walled_active<withdraw_proposal>},
      {Method::get, "/api/review/erasure-proposals/{id}", signed_in<show_erasure>},
      {Method::post, "/api/review/erasure-proposals/{id}/sign", walled_active<sign_erasure>},
      {Method::post, "/api/review/erasure-proposals/{id}/withdraw",
       walled_active<withdraw_erasure>},
      {Method::post, "/api/review/rosters/begin", walled_active<begin_roster>},
      {Method::post, "/api/review/rosters/finish", walled_active<finish_roster>},
      {Method::get, "/api/review/successions", signed_in<list_successions>},
      {Method::post, "/api/review/successions", walled_active<sign_successions>},
  };
}

}  // namespace lp::api
