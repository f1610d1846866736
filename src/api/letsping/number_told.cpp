#include "api/letsping/number_told.h"

#include <utility>

#include "core/number_match.h"

namespace lp::api {

std::optional<ToldNumber> number_told(Context& context, const core::RequestView& view,
                                      std::string_view api_key) {
  const approval::Request& state = view.rows.state.state;
  const bool theirs = view.rows.request.api_key == api_key;
  if (!theirs || terminal(view.state) || !core::takes_number(view.capabilities, state)) {
    return std::nullopt;
  }
  core::Engine& engine = context.engine;
  const auto standing = core::number_standing(engine.reader(), engine.keys(), state);
  // Who types one that was not told here is refused: nothing is approved for want of a number.
  if (!standing) return std::nullopt;
  auto told = json::Value::object();
  if (standing->locked()) {
    told.add("locked", true).add("tries_left", 0);
    return ToldNumber{.value = std::move(told), .until = {}};
  }
  const auto shown = core::shown_number(engine.keys(), state, *standing, engine.clock().now());
  told.add("number", shown.digits)
      .add("until", to_string(shown.until))
      .add("tries_left", std::uint64_t{standing->tries_left()});
  return ToldNumber{.value = std::move(told), .until = shown.until};
}

}  // namespace lp::api
