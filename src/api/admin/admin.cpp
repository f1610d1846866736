#include "api/admin/admin.h"

#include "api/admin/accounts.h"
#include "api/admin/channels.h"
#include "api/admin/erasures.h"
#include "api/admin/evidence.h"
#include "api/admin/exports.h"
#include "api/admin/people.h"
#include "api/admin/policies.h"
#include "api/admin/reviews.h"
#include "api/admin/rosters.h"
#include "api/admin/security_keys.h"
#include "api/admin/sessions.h"
#include "api/admin/successions.h"
#include "api/admin/things.h"
#include "api/evidence/receipts.h"
#include "api/evidence/root_log.h"
#include "api/review/attachments.h"
#include "api/review/setup.h"

namespace lp::api {

std::vector<Route> admin_routes() {
  using net::Method;
  return {
      {Method::get, "/admin/projects", list_projects},
      {Method::post, "/admin/projects", create_project},
      {Method::get, "/admin/keys", list_keys},
      {Method::post, "/admin/keys", create_key},
      {Method::post, "/admin/keys/{id}/revoke", revoke_key},
      {Method::get, "/admin/rosters", show_rosters},
      {Method::post, "/admin/rosters", change_rosters},
      {Method::get, "/admin/roster-proposals", list_waiting},
      {Method::post, "/admin/roster-proposals", propose_roster},
      {Method::post, "/admin/roster-proposals/{id}/withdraw", withdraw_waiting},
      {Method::post, "/admin/login-links", make_login_link},
      {Method::get, "/admin/accounts", list_all_accounts},
      {Method::post, "/admin/account-links", link_account},
      {Method::post, "/admin/accounts/{id}/unlink", unlink_any_account},
      {Method::get, "/admin/members", list_members},
      {Method::get, "/admin/devices", list_devices},
      {Method::post, "/admin/passkeys/begin", begin_security_key},
      {Method::post, "/admin/passkeys", add_security_key},
      {Method::get, "/admin/sessions", list_all_sessions},
      {Method::post, "/admin/sessions/end", end_sessions_of},
      {Method::post, "/admin/sessions/{id}/end", end_any_session},
      {Method::post, "/admin/agents", create_agent},
      {Method::post, "/admin/agents/{id}/stop", stop_agent},
      {Method::post, "/admin/epochs", raise_epoch},
      {Method::get, "/admin/webhooks", list_webhooks},
      {Method::post, "/admin/webhooks", add_webhook},
      {Method::get, "/admin/channels", list_all_channels},
      {Method::post, "/admin/channels", add_any_channel},
      {Method::post, "/admin/channels/{id}/remove", remove_any_channel},
      {Method::post, "/admin/channels/{id}/test", test_any_channel},
      {Method::get, "/admin/checks", show_checks},
      {Method::get, "/admin/webhooks/callback-secret", show_callback_secret},
      {Method::get, "/admin/project-secrets", show_project_secret},
      {Method::post, "/admin/setup-token", make_setup_token},
      {Method::post, "/admin/setup/begin", begin_setup},
      {Method::post, "/admin/setup/finish", finish_setup_here},
      {Method::post, "/admin/clock/accept", accept_clock},
      {Method::post, "/admin/signer/adopt", adopt_signer},
      {Method::get, "/admin/successions", show_successions},
      {Method::post, "/admin/successions", open_successors},

      {Method::get, "/admin/requests", list_requests},
      {Method::get, "/admin/requests/{id}", show_request},
      {Method::get, "/admin/requests/{id}/attachments/{attachment}/{piece}", show_attachment_here},
      {Method::post, "/admin/requests/{id}/decision", decide},

      {Method::post, "/admin/erasures/offer", begin_erasure},
      {Method::post, "/admin/erasures", perform_erasure},
      {Method::post, "/admin/erasure-proposals", propose_erasure},
      {Method::get, "/admin/holds", list_holds},
      {Method::post, "/admin/holds", add_hold},
      {Method::post, "/admin/holds/{id}/end", end_hold},

      {Method::get, "/admin/policies", list_policies},
      {Method::post, "/admin/policies", push_policy},
      {Method::post, "/admin/policies/replay", replay_policy},
      {Method::get, "/admin/policies/{version}", show_policy},
      {Method::post, "/admin/policies/{version}/activate", activate_policy},

      {Method::get, "/admin/root-log/head", root_log_head},
      {Method::get, "/admin/root-log/entries", root_log_entries},
      {Method::get, "/admin/log/{project}/leaves", log_leaves},
      {Method::get, "/admin/log/{project}/head", log_head},
      {Method::get, "/admin/receipts/{id}", admin_receipt},
      {Method::get, "/admin/trust", trust},
      {Method::post, "/admin/exports", begin_export},
      {Method::get, "/admin/exports/{id}", step_export},
  };
}

}  // namespace lp::api
