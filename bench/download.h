// An answer that may be longer than memory: taken as it comes, until the server closes.

#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace lp::bench {

struct Download {
  double first_byte_ms = 0;  // from the first byte sent to the first of the answer's body
  double seconds = 0;        // to the last
  std::uint64_t bytes = 0, lines = 0;
  std::string tail;  // the last bytes
};

struct Listening {
  std::function<void(std::string_view)> bytes = {};  // of the body, piece by piece
  std::function<void()> meanwhile = {};              // some fifty times a second
};

// The error is a sentence; anything but a 200 is one.
std::expected<Download, std::string> download(std::uint16_t port, std::string_view request,
                                              const Listening& listening = {});

}  // namespace lp::bench
