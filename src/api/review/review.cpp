#include "api/review/review.h"

#include "api/evidence/receipts.h"
#include "api/review/erasures.h"
#include "api/review/events.h"
#include "api/review/login.h"
#include "api/review/login_link.h"
#include "api/review/passkeys.h"
#include "api/review/requests.h"
#include "api/review/rosters.h"
#include "api/review/sessions.h"
#include "api/review/setup.h"
#include "api/review/successions.h"

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
      {Method::post, "/api/logout", walled<logout>},
      {Method::post, "/api/login-link", walled<show_login_link>},
      {Method::post, "/api/login-link/device", walled<use_login_link>},

      {Method::get, "/api/review/requests", signed_in<list_reviews>},
      {Method::get, "/api/review/requests/{id}", signed_in<show_review>},
      {Method::get, "/api/review/requests/{id}/receipt", signed_in<request_receipt>},
      {Method::post, "/api/review/requests/{id}/viewed", walled_signed_in<note_viewed>},
      {Method::post, "/api/review/requests/{id}/decision", walled_active<decide_review>},
      {Method::get, "/api/review/events", signed_in<stream_events>},

      {Method::get, "/api/review/passkeys", signed_in<list_passkeys>},
      {Method::post, "/api/review/passkeys/begin", walled_active<begin_passkey>},
      {Method::post, "/api/review/passkeys", walled_active<add_passkey>},
      {Method::post, "/api/review/passkeys/{key}/remove", walled_active<remove_passkey>},

      {Method::get, "/api/review/rosters", signed_in<list_rosters>},
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
