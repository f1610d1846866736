#include "policy/comparison.h"

#include <re2/re2.h>

#include <algorithm>

namespace lp::policy {

// A compiled regular expression. RE2 takes linear time on any text, so that a policy cannot be made
// slow by what an agent sends; matching never throws and is safe from any thread.
class Pattern {
 public:
  explicit Pattern(const std::string& expression) : re_(expression, options()) {}

  [[nodiscard]] bool ok() const { return re_.ok(); }
  [[nodiscard]] const std::string& error() const { return re_.error(); }
  [[nodiscard]] bool matches(std::string_view text) const {
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), re_);
  }

 private:
  static re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_never_capture(true);
    options.set_max_mem(static_cast<std::int64_t>(pattern_memory_max));
    return options;
  }
  re2::RE2 re_;
};

namespace {

using Is = Comparison::Operator;

Truth truth(bool holds) {
  return holds ? Truth::yes : Truth::no;
}

Truth in_set(const Comparison& test, const Found& found) {
  switch (found.kind) {
    case Found::Kind::nothing:
      return Truth::unknown;
    case Found::Kind::text:
      if (test.texts.empty()) return Truth::unknown;
      return truth(std::binary_search(test.texts.begin(), test.texts.end(), found.text));
    case Found::Kind::number:
      if (test.numbers.empty()) return Truth::unknown;
      return truth(
          std::binary_search(test.numbers.begin(), test.numbers.end(), found.number, less));
    case Found::Kind::boolean:
      if (!test.has_true && !test.has_false) return Truth::unknown;
      return truth(found.boolean ? test.has_true : test.has_false);
  }
  return Truth::unknown;
}

Truth opposite(Truth truth) {
  if (truth == Truth::unknown) return truth;
  return truth == Truth::yes ? Truth::no : Truth::yes;
}

Truth in_range(const Comparison& test, const Found& found) {
  if (found.kind != Found::Kind::number) return Truth::unknown;
  const auto order = compare(found.number, test.numbers.front());
  if (test.is == Is::gt) return truth(order > 0);
  if (test.is == Is::gte) return truth(order >= 0);
  if (test.is == Is::lt) return truth(order < 0);
  return truth(order <= 0);
}

Truth in_networks(const Comparison& test, std::string_view text) {
  const auto address = IpAddress::parse(text);
  if (!address) return Truth::unknown;
  const IpAddress plain = address->unmapped();
  return truth(std::any_of(test.networks.begin(), test.networks.end(), [&plain](const auto& range) {
    return range.network.is_v4() == plain.is_v4() && range.contains(plain);
  }));
}

Truth of_text(const Comparison& test, const Found& found) {
  if (found.kind != Found::Kind::text || found.text.size() > matched_bytes_max) {
    return Truth::unknown;
  }
  if (test.is == Is::cidr) return in_networks(test, found.text);
  if (test.pattern != nullptr) return truth(test.pattern->matches(found.text));
  const bool prefix = test.is == Is::prefix;
  return truth(std::any_of(test.texts.begin(), test.texts.end(), [&](const std::string& part) {
    return prefix ? found.text.starts_with(part) : found.text.ends_with(part);
  }));
}

// Each value of a set of its own, as found.
std::vector<Found> values_of(const Comparison& test) {
  std::vector<Found> values;
  for (const std::string& text : test.texts) {
    Found found;
    found.kind = Found::Kind::text;
    found.text = text;
    values.push_back(std::move(found));
  }
  for (const Decimal& number : test.numbers) values.push_back(Found::of(number));
  for (const bool boolean : {true, false}) {
    if (!(boolean ? test.has_true : test.has_false)) continue;
    Found found;
    found.kind = Found::Kind::boolean;
    found.boolean = boolean;
    values.push_back(std::move(found));
  }
  return values;
}

bool contradicts(const Comparison& lower, const Comparison& upper) {
  const auto order = compare(lower.numbers.front(), upper.numbers.front());
  const bool both_closed = lower.is == Is::gte && upper.is == Is::lte;
  return order > 0 || (order == 0 && !both_closed);
}

// Whether the tests leave room for a value, where none of them is a set of values.
bool leaves_room(const std::vector<const Comparison*>& tests) {
  bool asks_number = false, asks_text = false;
  for (const Comparison* a : tests) {
    asks_number = asks_number || is_range(a->is);
    asks_text = asks_text || (!is_range(a->is) && !is_set(a->is));
    for (const Comparison* b : tests) {
      const bool opposed =
          (a->is == Is::gt || a->is == Is::gte) && (b->is == Is::lt || b->is == Is::lte);
      if (opposed && contradicts(*a, *b)) return false;
    }
  }
  return !asks_number || !asks_text;
}

// Whether the bound `narrower` lies within `wider`.
bool within_bound(const Comparison& narrower, const Comparison& wider) {
  const bool up = wider.is == Is::gt || wider.is == Is::gte;
  const bool same_side = up ? narrower.is == Is::gt || narrower.is == Is::gte
                            : narrower.is == Is::lt || narrower.is == Is::lte;
  if (!same_side) return false;
  const auto order = compare(narrower.numbers.front(), wider.numbers.front());
  if (order == 0) return narrower.is == wider.is || wider.is == Is::gte || wider.is == Is::lte;
  return up ? order > 0 : order < 0;
}

}  // namespace

std::string compile(const std::string& expression, std::shared_ptr<const Pattern>& pattern) {
  auto compiled = std::make_shared<const Pattern>(expression);
  if (!compiled->ok()) return compiled->error();
  pattern = std::move(compiled);
  return {};
}

Found Found::of(std::string_view text) {
  Found found;
  found.kind = text.empty() ? Kind::nothing : Kind::text;
  found.text = text;
  return found;
}

Found Found::of(Decimal number) {
  Found found;
  found.kind = Kind::number;
  found.number = std::move(number);
  return found;
}

Found Found::of(const json::Value* value) {
  Found found;
  if (value == nullptr) return found;
  if (value->is_string()) {
    found.kind = Kind::text;
    found.text = value->as_string();
  } else if (value->is_number()) {
    found.kind = Kind::number;
    found.number = json::normalise(value->literal());
    if (found.number.digits.empty()) found.number.negative = false;  // one zero
  } else if (value->is_boolean()) {
    found.kind = Kind::boolean;
    found.boolean = value->as_boolean();
  }
  return found;
}

Truth holds(const Comparison& test, const Found& found) {
  switch (test.is) {
    case Is::one_of:
      return in_set(test, found);
    case Is::none_of:
      return opposite(in_set(test, found));
    case Is::gt:
    case Is::gte:
    case Is::lt:
    case Is::lte:
      return in_range(test, found);
    case Is::prefix:
    case Is::suffix:
    case Is::glob:
    case Is::regex:
    case Is::cidr:
      return of_text(test, found);
  }
  return Truth::unknown;
}

bool may_hold(const std::vector<const Comparison*>& tests) {
  for (const Comparison* set : tests) {
    if (set->is != Is::one_of) continue;
    const auto values = values_of(*set);
    return std::any_of(values.begin(), values.end(), [&tests](const Found& value) {
      return std::all_of(tests.begin(), tests.end(), [&value](const Comparison* test) {
        return holds(*test, value) == Truth::yes;
      });
    });
  }
  return leaves_room(tests);
}

bool covers(const Comparison& wider, const Comparison& narrower) {
  if (narrower.is == Is::one_of) {
    const auto values = values_of(narrower);
    return std::all_of(values.begin(), values.end(),
                       [&wider](const Found& value) { return holds(wider, value) == Truth::yes; });
  }
  if (is_range(wider.is)) return is_range(narrower.is) && within_bound(narrower, wider);
  if (wider.is != narrower.is) return false;
  if (wider.is == Is::prefix || wider.is == Is::suffix) {
    const bool prefix = wider.is == Is::prefix;
    return std::all_of(narrower.texts.begin(), narrower.texts.end(), [&](const std::string& text) {
      return std::any_of(wider.texts.begin(), wider.texts.end(), [&](const std::string& part) {
        return prefix ? text.starts_with(part) : text.ends_with(part);
      });
    });
  }
  return wider.texts == narrower.texts && wider.numbers == narrower.numbers &&
         wider.has_true == narrower.has_true && wider.has_false == narrower.has_false;
}

}  // namespace lp::policy
