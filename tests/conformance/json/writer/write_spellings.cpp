// Writes random numbers and documents beside their spellings by json/, a line each, for
// spellings.test.mjs to hold against JavaScript's own. Fields are separated by tabs, which JSON
// text never holds unescaped.
//
//   write_spellings NUMBERS DOCUMENTS SEED
//     number    17-digit literal   ECMAScript spelling
//     document  compact text       JSON.stringify form   RFC 8785 form

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <string_view>

#include "json/code_point.h"
#include "json/write.h"

namespace lp::json {
namespace {

using Random = std::mt19937_64;

std::uint64_t below(Random& random, std::uint64_t bound) {
  return random() % bound;
}

// Every bit pattern, and more often than by chance: integers, magnitudes near 1, subnormals.
double random_double(Random& random) {
  static constexpr std::uint64_t without_exponent = 0x800FFFFFFFFFFFFF;
  std::uint64_t bits = random();
  switch (below(random, 4)) {
    case 0:
      return static_cast<double>(static_cast<std::int64_t>(bits) >> below(random, 64));
    case 1:
      bits = (bits & without_exponent) | ((0x3FF - 40 + below(random, 120)) << 52);
      break;
    case 2:
      if (below(random, 8) == 0) bits &= without_exponent;
      break;
    default:
      break;
  }
  double value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return std::isfinite(value) ? value : 0.5;
}

std::string seventeen_digits(double value) {
  std::array<char, 40> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                    std::chars_format::scientific, 16);
  return {buffer.data(), result.ptr};
}

std::string random_text(Random& random) {
  static constexpr std::array<std::uint32_t, 6> starts = {0, 0x20, 0x7E, 0x2027, 0xFB00, 0x1F600};
  std::string text;
  for (std::uint64_t left = below(random, 6); left > 0; --left) {
    append_utf8(text, static_cast<char32_t>(starts[below(random, 6)] + below(random, 64)));
  }
  return text;
}

// Array indices and what only looks like one, among other names.
std::string random_name(Random& random) {
  switch (below(random, 4)) {
    case 0:
      return std::to_string(below(random, 12));
    case 1:
      return std::to_string(4'294'967'290 + below(random, 10));
    case 2:
      return "0" + std::to_string(below(random, 3));
    default:
      return random_text(random);
  }
}

Value random_value(Random& random, int depth) {
  switch (below(random, depth > 0 ? 6 : 4)) {
    case 0:
      return random_text(random);
    case 1:
      return Value::number_literal(seventeen_digits(random_double(random)));
    case 2:
      return static_cast<std::int64_t>(random());
    case 3:
      return below(random, 2) == 0 ? Value() : Value(below(random, 2) == 0);
    case 4: {
      Value array = Value::array();
      while (below(random, 3) != 0) array.items().push_back(random_value(random, depth - 1));
      return array;
    }
    default: {
      Value object = Value::object();
      while (below(random, 8) != 0) {
        const std::string name = random_name(random);
        if (object.find(name) == nullptr) object.add(name, random_value(random, depth - 1));
      }
      return object;
    }
  }
}

void write_number(Random& random) {
  const std::string literal = seventeen_digits(random_double(random));
  std::printf("number\t%s\t%s\n", literal.c_str(), ecmascript_number(literal).c_str());
}

void write_document(Random& random) {
  const Value value = random_value(random, 4);
  std::printf("document\t%s\t%s\t%s\n", compact(value).c_str(), javascript(value).c_str(),
              canonical(value).c_str());
}

bool read_number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace
}  // namespace lp::json

int main(int count, char** arguments) {
  std::uint64_t numbers = 0;
  std::uint64_t documents = 0;
  std::uint64_t seed = 0;
  if (count != 4 || !lp::json::read_number(arguments[1], numbers) ||
      !lp::json::read_number(arguments[2], documents) ||
      !lp::json::read_number(arguments[3], seed)) {
    std::fputs("usage: write_spellings NUMBERS DOCUMENTS SEED\n", stderr);
    return 2;
  }
  lp::json::Random random(seed);
  while (numbers-- > 0) lp::json::write_number(random);
  while (documents-- > 0) lp::json::write_document(random);
  return std::fflush(stdout) == 0 ? 0 : 1;
}
