// What every handler of the API gets beside its call: the core, the files of the dashboard, the
// settings, and what the doors remember between calls (memory only; a restart may forget it).
//
// Made once by the wiring, before the server starts, and outlives it. Handlers run on all net
// threads at once: whatever changes here guards itself.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/evidence/export_runs.h"
#include "api/evidence/well_known.h"
#include "api/holds.h"
#include "api/identity_provider.h"
#include "api/letsping/signup.h"
#include "api/limiter.h"
#include "api/reach.h"
#include "api/review/activity.h"
#include "api/review/last_use.h"
#include "api/review/login_nonce.h"
#include "api/review/pairings.h"
#include "api/review/stream_places.h"
#include "core/engine.h"
#include "core/work.h"  // Engine::submit needs it whole.
#include "crypto/p256.h"
#include "net/assets.h"
#include "net/message.h"

namespace lp::api {

struct Limits {
  Rate per_key{600, 60'000, 120};     // what an API key may write
  Rate failed_auth{30, 60'000, 30};   // refused credentials per network
  Rate attempts{60, 60'000, 60};      // of setup and login per network
  Rate signup_hour{5, 3'600'000, 5};  // sign-up tokens per network
  Rate signup_day{10, 86'400'000, 10};
  Rate signup_all{200, 86'400'000, 200};  // for all together
  HoldCaps holds;
  StreamCaps streams;
};

struct Context {
  core::Engine& engine;
  const net::Assets& assets;
  std::string public_url;    // "https://letsping.example", no slash at the end; "" = from Host
  std::string local_url;     // "http://localhost:8400": where this server listens, for the operator
  bool self_signup = false;  // POST /api/agent-signup makes workspaces for anybody who asks
  // For security.txt (RFC 9116); without a contact there is none.
  std::vector<std::string> security_contacts{};
  std::string security_policy{};
  Limits limits{};
  // Set by the wiring to session_reads_log of the review door: whether this request carries a
  // session whose member may read the log of `project`. Without it only API keys open /log.
  bool (*session_reads_log)(Context& context, const net::Request& request,
                            std::string_view project) = nullptr;

  // Who else may sign people in; null where none is configured.
  IdentityProvider* identity_provider = nullptr;
  // Who sends notices; null where no server runs.
  Reach* reach = nullptr;
  // How long a request may wait until it is alarming.
  std::int64_t waiting_ms_max = 3'600'000;

  // In directories made with `init --test`: signs the roster of each new project.
  const crypto::P256Key* test_approver = nullptr;

  // Memory of the doors.
  Limiter key_limiter{}, auth_limiter{}, signup_limiter{}, attempts_limiter{};
  Holds holds{};
  Holds witness_waits{};  // receipts that wait for witnesses
  SignupTokens signup_tokens{};
  LoginNonces login_nonces{};
  LoginNonces passkey_nonces{};  // of passkeys in the making
  LoginNonces sign_on_states{};  // of sign-ins at the identity provider
  Activity activity{};
  Pairings pairings{};
  LastUse last_use{};
  LastUse key_uses{};  // of API keys
  StreamPlaces stream_places{};
  PublishedLogs published_logs{};
  ExportRuns export_runs{};
  std::atomic<std::uint64_t> csp_reports = 0;
};

// Where people reach this server, as far as it knows.
inline const std::string& people_url(const Context& context [[clang::lifetimebound]]) {
  return context.public_url.empty() ? context.local_url : context.public_url;
}

// "https://host": public_url, or what the client called us, for absolute URLs in replies.
std::string base_url(const Context& context, const net::Request& request);

}  // namespace lp::api
