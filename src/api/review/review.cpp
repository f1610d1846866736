#include "api/review/review.h"

#include "api/review/login.h"
#include "api/review/requests.h"
#include "api/review/setup.h"

namespace lp::api {

std::vector<Route> review_routes() {
  using net::Method;
  return {
      {Method::post, "/api/setup/begin", walled<begin_setup>},
      {Method::post, "/api/setup/finish", walled<finish_setup>},

      {Method::get, "/api/session", signed_in<show_session>},
      {Method::post, "/api/login/begin", walled<begin_login>},
      {Method::post, "/api/login", walled<login>},
      {Method::post, "/api/logout", walled<logout>},

      {Method::get, "/api/review/requests", signed_in<list_reviews>},
      {Method::get, "/api/review/requests/{id}", signed_in<show_review>},
      {Method::post, "/api/review/requests/{id}/viewed", walled_signed_in<note_viewed>},
      {Method::post, "/api/review/requests/{id}/decision", walled_signed_in<decide_review>},
      {Method::get, "/api/review/changes", signed_in<await_changes>},

      {Method::post, "/api/review/rosters/begin", walled_signed_in<begin_roster>},
      {Method::post, "/api/review/rosters/finish", walled_signed_in<finish_roster>},
  };
}

}  // namespace lp::api
