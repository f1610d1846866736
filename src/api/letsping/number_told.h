// The number that a live client shows its person (core/number_match.h), in the only two answers
// that hold it: those to the ask and to its polls, by the API key that asked.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/context.h"
#include "base/time.h"
#include "core/views.h"
#include "json/value.h"

namespace lp::api {

struct ToldNumber {
  // {"number", "until", "tries_left"}; of a version that is locked {"locked": true,
  // "tries_left": 0}.
  json::Value value;
  std::optional<Instant> until;
};
// Nothing for any other key, and where no number is asked for.
std::optional<ToldNumber> number_told(Context& context, const core::RequestView& view,
                                      std::string_view api_key);

}  // namespace lp::api
