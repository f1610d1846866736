#include "verify/bundle_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace lp::verify {
namespace {

constexpr std::size_t block_bytes = 1 << 18;

}  // namespace

BundleReader::BundleReader(int descriptor, std::uint64_t file_size)
    : descriptor_(descriptor), file_size_(file_size) {}

BundleReader::BundleReader(BundleReader&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      file_size_(other.file_size_),
      bytes_(other.bytes_),
      block_(std::move(other.block_)),
      at_(other.at_),
      peeked_(std::move(other.peeked_)),
      current_(std::move(other.current_)),
      left_(other.left_),
      sha256_(std::move(other.sha256_)) {}

BundleReader::~BundleReader() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
}

std::expected<BundleReader, IoError> BundleReader::open(const std::string& path) {
  if (path == "-") return BundleReader(STDIN_FILENO, 0);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(IoError{errno, "open " + path});
  struct stat status{};
  const bool known = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  return BundleReader(descriptor, known ? static_cast<std::uint64_t>(status.st_size) : 0);
}

BundleFault BundleReader::fault(std::string why) const {
  return {.why = std::move(why), .member = current_.name, .index = {}};
}

Read<bool> BundleReader::fill() {
  block_.resize(block_bytes);
  at_ = 0;
  for (;;) {
    const ssize_t count = read(descriptor_, block_.data(), block_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      BundleFault unreadable = fault(to_string(IoError{errno, "read"}));
      unreadable.unreadable = true;
      block_.clear();
      return std::unexpected(std::move(unreadable));
    }
    block_.resize(static_cast<std::size_t>(count));
    return count > 0;
  }
}

Read<std::string> BundleReader::take(std::size_t count) {
  std::string bytes;
  while (bytes.size() < count) {
    if (at_ == block_.size()) {
      const auto more = fill();
      if (!more) return std::unexpected(more.error());
      if (!*more) return std::unexpected(fault("the file is cut off here"));
    }
    const std::size_t now = std::min(count - bytes.size(), block_.size() - at_);
    bytes.append(block_, at_, now);
    at_ += now;
    bytes_ += now;
  }
  return bytes;
}

Read<std::string> BundleReader::next() {
  LP_ASSERT(left_ == 0);
  if (peeked_) return peeked_->name;
  auto block = take(evidence::tar_block);
  if (!block) return std::unexpected(block.error());
  if (block->find_first_not_of('\0') == std::string::npos) {
    const auto second = take(evidence::tar_block);
    if (!second) return std::unexpected(second.error());
    if (second->find_first_not_of('\0') != std::string::npos) {
      return std::unexpected(fault("behind it is no end of an archive"));
    }
    const auto more = at_ < block_.size() ? Read<bool>(true) : fill();
    if (!more) return std::unexpected(more.error());
    if (*more) return std::unexpected(fault("something follows the end of the archive"));
    return std::string();
  }
  peeked_ = evidence::TarMember::parse(*block);
  if (!peeked_) {
    return std::unexpected(fault("the header behind it is not in the one form that there is"));
  }
  return peeked_->name;
}

Read<void> BundleReader::enter(std::string_view name) {
  const auto found = next();
  if (!found) return std::unexpected(found.error());
  if (*found != name) {
    BundleFault missing = fault(found->empty() ? "it is missing at the end of the archive"
                                               : "it is missing: " + *found + " is in its place");
    missing.member = name;
    return std::unexpected(std::move(missing));
  }
  current_ = *std::exchange(peeked_, std::nullopt);
  left_ = current_.size;
  return {};
}

Read<std::string> BundleReader::content(std::size_t bytes_max) {
  if (left_ > bytes_max) return std::unexpected(fault("it is longer than it can be"));
  auto bytes = take(static_cast<std::size_t>(left_));
  if (!bytes) return std::unexpected(bytes.error());
  left_ = 0;
  sha256_.add(*bytes);
  return bytes;
}

Read<std::optional<std::string>> BundleReader::line(std::size_t bytes_max) {
  if (left_ == 0) return std::optional<std::string>();
  std::string text;
  while (left_ > 0) {
    if (at_ == block_.size()) {
      const auto more = fill();
      if (!more) return std::unexpected(more.error());
      if (!*more) return std::unexpected(fault("the file is cut off here"));
    }
    const std::size_t within =
        static_cast<std::size_t>(std::min<std::uint64_t>(left_, block_.size() - at_));
    const std::size_t feed = std::string_view(block_).substr(at_, within).find('\n');
    const std::size_t now = feed == std::string_view::npos ? within : feed + 1;
    if (text.size() + now > bytes_max) {
      return std::unexpected(fault("a line is longer than it can be"));
    }
    text.append(block_, at_, now);
    at_ += now;
    bytes_ += now;
    left_ -= now;
    if (feed == std::string_view::npos) continue;
    sha256_.add(text);
    text.pop_back();
    return std::optional(std::move(text));
  }
  return std::unexpected(fault("its last line has no end"));
}

Read<Digest> BundleReader::leave() {
  if (left_ > 0) return std::unexpected(fault("there is more in it than belongs there"));
  const auto padding = take(current_.padding());
  if (!padding) return std::unexpected(padding.error());
  if (padding->find_first_not_of('\0') != std::string::npos) {
    return std::unexpected(fault("something is hidden in the padding behind it"));
  }
  return sha256_.take();
}

}  // namespace lp::verify
