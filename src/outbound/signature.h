// How a receiver knows that a webhook is ours (docs/reference/webhooks.md).
//
//   X-LetsPing-Signature: t=<unix ms>,v1=<hex>,v2=<hex>
//     v1  HMAC-SHA256(secret, body)                 what published clients check
//     v2  HMAC-SHA256(secret, t "." id "." body)    covers the time too: a replay is noticed
//   webhook-id, webhook-timestamp, webhook-signature: the Standard Webhooks form, "v1," and base64
//     of HMAC-SHA256(secret, id "." seconds "." body)

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace lp::outbound {

using Headers = std::vector<std::pair<std::string, std::string>>;

// `id` is the webhook_id that also stands in the body.
Headers sign(std::string_view secret, std::string_view id, Instant now, std::string_view body);

}  // namespace lp::outbound
