#include "power_image.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace lp::faults {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::directory_entry& entry) {
  return static_cast<unsigned>(entry.status().permissions() & fs::perms::mask);
}

}  // namespace

std::expected<Image, std::string> read_image(const std::string& root) {
  Image image;
  std::error_code failed;
  for (fs::recursive_directory_iterator next(root, failed), end; !failed && next != end;
       next.increment(failed)) {
    const std::string path = fs::relative(next->path(), root).string();
    if (next->is_directory()) {
      image[path] = {.directory = true, .mode = mode_of(*next), .bytes = {}};
    } else if (next->is_regular_file() && !path.ends_with("-shm")) {
      std::ifstream file(next->path(), std::ios::binary);
      if (!file) return std::unexpected(path + " cannot be read");
      image[path] = {.mode = mode_of(*next), .bytes = {std::istreambuf_iterator<char>(file), {}}};
    }
  }
  if (failed) return std::unexpected(root + " cannot be read: " + failed.message());
  return image;
}

std::optional<std::string> write_image(const Image& image, const std::string& root) {
  for (const auto& [path, node] : image) {
    const std::string whole = root + '/' + path;
    if (node.directory) {
      if (mkdir(whole.c_str(), 0700) != 0) return whole + " cannot be made";
    } else {
      std::ofstream file(whole, std::ios::binary);
      file.write(node.bytes.data(), static_cast<std::streamsize>(node.bytes.size()));
      if (!file.flush()) return whole + " cannot be written";
    }
    if (chmod(whole.c_str(), node.mode) != 0) return whole + " does not get its mode";
  }
  return std::nullopt;
}

std::optional<std::string> difference(const Image& left, const Image& right) {
  for (const auto& [path, node] : left) {
    const auto found = right.find(path);
    if (found == right.end()) return path + " is only in the first";
    if (node.directory != found->second.directory) return path + " is a file and a directory";
    if (node.mode != found->second.mode) return path + " has two modes";
    if (node.bytes != found->second.bytes) return path + " has two contents";
  }
  for (const auto& [path, node] : right) {
    if (!left.contains(path)) return path + " is only in the second";
  }
  return std::nullopt;
}

}  // namespace lp::faults
