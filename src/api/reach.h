// What the doors need of whoever sends: only a running server does (server/reach_port.h).

#pragma once

#include <string>
#include <string_view>

#include "core/reach.h"
#include "store/rows.h"

namespace lp::api {

class Reach {
 public:
  virtual ~Reach() = default;
  // Under which browsers subscribe (RFC 8292): base64url of the point; "" where Web Push is off.
  [[nodiscard]] virtual std::string push_key() const = 0;
  // Whether this kind of channel can be sent to; mail needs a mail server.
  [[nodiscard]] virtual bool sends(std::string_view kind) const = 0;
  // Why nothing may be sent to such a place, or "": an address that is none, a URL of a form that
  // the channel has not.
  [[nodiscard]] virtual std::string refuse_target(std::string_view kind,
                                                  const std::string& target) const = 0;
  // The same of a browser: what is no https URL, or no point that can be encrypted for.
  [[nodiscard]] virtual std::string refuse_browser(const core::Target& target) const = 0;
  // Exactly what would leave for a request of this level, without the secrets that it is sent with.
  [[nodiscard]] virtual std::string preview(const store::Channel& channel) = 0;
  [[nodiscard]] virtual std::string preview(const store::PushSubscription& browser) = 0;
  // Sends a message that says that it is a test, soon. False: too many wait already.
  [[nodiscard]] virtual bool test(const std::string& project, const std::string& destination) = 0;
};

}  // namespace lp::api
