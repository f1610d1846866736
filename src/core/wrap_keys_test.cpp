#include "core/wrap_keys.h"

#include <gtest/gtest.h>

#include "core/testing.h"

namespace lp::core {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct Months : House {
  // Days go by, and the server has looked at the clock and found it well.
  void pass(int days) {
    clock.advance_ms(days * day_ms);
    static_cast<void>(engine->run(AcceptClock{}));
    for (int i = 0; i < 4; ++i) static_cast<void>(engine->run(AcceptClock{}));
  }
  // As `serve` opens it, which has read the settings.
  void open_to_destroy() {
    close();
    destroys_wrap_keys = true;
    open();
  }
  std::size_t months() const { return keys->wrap_months().size(); }
};

TEST(WrapKeys, GoWhenTheirMonthIsOverForAsLongAsBackupsAreKept) {
  Months house;
  house.open_to_destroy();
  const std::string request = house.asked();
  const std::string agent = house.agent_called("a");
  const auto wrapped = [&] {
    return (*house.engine->reader().request(request))->request.dek_wrapped;
  };
  const std::string first(Keys::wrap_month(wrapped()));
  house.pass(32);
  EXPECT_EQ(Keys::wrap_month(wrapped()), first);
  house.pass(40);
  EXPECT_NE(Keys::wrap_month(wrapped()), first);
  const auto months = house.keys->wrap_months();
  EXPECT_EQ(std::ranges::find(months, first), months.end());
  EXPECT_FALSE(std::filesystem::exists(house.root / "secrets" / ("wrap-" + first)));
  // All that stood under it opens as before, now and after a start.
  EXPECT_TRUE(house.engine->request(request, {}).has_value());
  house.close();
  house.open();
  EXPECT_TRUE(house.engine->request(request, {}).has_value());
  const auto& sealed = house.engine->directory()->agents.at(agent).secret_sealed;
  EXPECT_TRUE(house.keys->unwrap(sealed).has_value());
}

TEST(WrapKeys, StayWhereTheNewOneCannotBeWritten) {
  Months house;
  house.open_to_destroy();
  const std::string request = house.asked();
  house.pass(32);
  const Instant then = house.clock.now() + 40 * day_ms;
  std::filesystem::create_directory(house.root / "secrets" /
                                    ("wrap-" + to_string(then).substr(0, 7)));
  const auto before = house.keys->wrap_months();
  house.pass(40);
  EXPECT_EQ(house.keys->wrap_months(), before);
  EXPECT_TRUE(house.engine->request(request, {}).has_value());
}

TEST(WrapKeys, StayWhereNobodyReadTheSettings) {
  Months house;
  const std::size_t before = house.months();
  house.pass(32);
  house.pass(40);
  EXPECT_GE(house.months(), before);
}

TEST(WrapKeys, KnowWhenTheirMonthEnds) {
  const auto end = [](std::string_view month) {
    const auto instant = Keys::month_end(month);
    return instant ? to_string(*instant) : std::string();
  };
  EXPECT_EQ(end("2026-01"), "2026-02-01T00:00:00.000Z");
  EXPECT_EQ(end("2026-02"), "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(end("2028-02 and more"), "2028-03-01T00:00:00.000Z");
  EXPECT_EQ(end("2026-12"), "2027-01-01T00:00:00.000Z");
  EXPECT_EQ(end("2026-13"), "");
  EXPECT_EQ(end(""), "");
}

}  // namespace
}  // namespace lp::core
