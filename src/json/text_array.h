// An array of strings, out of whatever holds them: a vector, a set, in its order.

#pragma once

#include "json/value.h"

namespace lp::json {

template <typename Texts>
Value text_array(const Texts& texts) {
  return Value::array(Array(texts.begin(), texts.end()));
}

}  // namespace lp::json
