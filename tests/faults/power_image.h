// The files under a directory, as values: what a disk holds.

#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>

namespace lp::faults {

struct Node {
  bool directory = false;
  unsigned mode = 0;
  std::string bytes;  // of a file
  bool operator==(const Node&) const = default;
};

// By path, relative to the directory; what a path lies in is there too.
using Image = std::map<std::string, Node>;

// Without what no start relies on: sockets, and SQLite's -shm, which it makes anew.
std::expected<Image, std::string> read_image(const std::string& root);
// Into a directory that exists. What went wrong, or nothing.
std::optional<std::string> write_image(const Image& image, const std::string& root);
// The first path at which they differ, and how; nothing when they do not.
std::optional<std::string> difference(const Image& left, const Image& right);

}  // namespace lp::faults
