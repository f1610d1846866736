#include "power_disk.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace lp::faults {
namespace {

constexpr std::uint64_t sector_bytes = 512;

using Random = PowerDisk::Random;

std::size_t up_to(Random& random, std::size_t most) {
  return std::uniform_int_distribution<std::size_t>(0, most)(random);
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// How the unflushed part of one file or directory fares under Survival::mixed.
enum class Fate : std::uint8_t { nothing, everything, beginning, torn, scattered };

Fate fate_of(Survival survival, Random& random) {
  switch (survival) {
    case Survival::nothing:
      return Fate::nothing;
    case Survival::everything:
      return Fate::everything;
    case Survival::mixed:
      return static_cast<Fate>(up_to(random, 4));
  }
  return Fate::nothing;
}

}  // namespace

PowerDisk::PowerDisk(const Image& start, Lie lie) : lie_(std::move(lie)) {
  add(true, 0700);
  for (const auto& [path, node] : start) {
    const Number number = add(node.directory, node.mode);
    inodes_[number].durable = node.bytes;
    Inode& directory = inodes_[parent(path).value_or(0)];
    directory.names[std::string(last_part(path))] = number;
    directory.durable_names = directory.names;
  }
}

PowerDisk::Number PowerDisk::add(bool directory, unsigned mode) {
  inodes_.push_back({.directory = directory, .mode = mode});
  return inodes_.size() - 1;
}

std::optional<PowerDisk::Number> PowerDisk::find(std::string_view path) const {
  Number at = 0;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    const auto found = inodes_[at].names.find(part);
    if (found == inodes_[at].names.end()) return std::nullopt;
    at = found->second;
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return at;
}

std::optional<PowerDisk::Number> PowerDisk::parent(std::string_view path) const {
  const std::size_t slash = path.rfind('/');
  return find(slash == std::string_view::npos ? std::string_view() : path.substr(0, slash));
}

void PowerDisk::edit(Number directory, Edit edit) {
  Names& names = inodes_[directory].names;
  for (const auto& [name, inode] : edit) {
    if (inode) {
      names[name] = *inode;
    } else {
      names.erase(name);
    }
  }
  inodes_[directory].edits.push_back(std::move(edit));
}

std::optional<std::string> PowerDisk::apply(const Happening& happening) {
  switch (happening.what) {
    case Happened::began:
      handles_.clear();
      return std::nullopt;
    case Happened::sent:
      return std::nullopt;
    case Happened::opened:
      return open(happening);
    case Happened::written:
    case Happened::resized:
    case Happened::synced:
      return on_handle(happening);
    case Happened::mode_set:
      if (happening.handle != 0) return on_handle(happening);
      return name(happening);
    case Happened::renamed:
    case Happened::linked:
    case Happened::unlinked:
    case Happened::made_directory:
      return name(happening);
    case Happened::broken:
      return "the journal is broken: " + std::string(happening.first);
  }
  return "the journal holds something unknown";
}

std::optional<std::string> PowerDisk::open(const Happening& happening) {
  const std::string path(happening.first);
  auto inode = find(path);
  if (!inode) {
    const auto directory = parent(path);
    if (!directory || happening.number != opened_created) return "nobody made " + path;
    inode = add(false, happening.mode);
    edit(*directory, {{std::string(last_part(path)), inode}});
  } else if (happening.number == opened_truncated) {
    inodes_[*inode].changes.push_back({.resize = true, .at = 0, .bytes = {}});
  }
  handles_[happening.handle] = {.inode = *inode, .path = path};
  return std::nullopt;
}

std::optional<std::string> PowerDisk::on_handle(const Happening& happening) {
  const auto found = handles_.find(happening.handle);
  if (found == handles_.end()) return "a call on a file that nobody opened";
  Inode& inode = inodes_[found->second.inode];
  if (happening.what == Happened::synced) {
    flush(found->second);
  } else if (happening.what == Happened::mode_set) {
    inode.mode = happening.mode;
  } else {
    inode.changes.push_back({.resize = happening.what == Happened::resized,
                             .at = happening.number,
                             .bytes = happening.first});
  }
  return std::nullopt;
}

void PowerDisk::flush(const Handle& handle) {
  if (lie_ && lie_(handle.path)) return;
  Inode& inode = inodes_[handle.inode];
  inode.durable_names = inode.names;
  inode.edits.clear();
  for (const Change& change : inode.changes) {
    const std::uint64_t end = change.at + change.bytes.size();
    if (change.resize || end > inode.durable.size()) inode.durable.resize(end, '\0');
    inode.durable.replace(change.at, change.bytes.size(), change.bytes);
  }
  inode.changes.clear();
}

std::optional<std::string> PowerDisk::name(const Happening& happening) {
  const std::string path(happening.first), name(last_part(path));
  const auto directory = parent(path);
  const auto inode = find(path);
  if (happening.what == Happened::made_directory) {
    if (!directory || inode) return path + " cannot be made";
    edit(*directory, {{name, add(true, happening.mode)}});
    return std::nullopt;
  }
  // A socket's name was never heard of.
  if (!inode && happening.what != Happened::renamed) return std::nullopt;
  if (!directory || !inode) return path + " is renamed and does not exist";
  if (happening.what == Happened::mode_set) {
    inodes_[*inode].mode = happening.mode;
  } else if (happening.what == Happened::unlinked) {
    edit(*directory, {{name, std::nullopt}});
  } else {
    if (parent(happening.second) != directory) return path + " goes to another directory";
    Edit change{{std::string(last_part(happening.second)), inode}};
    if (happening.what == Happened::renamed) change.emplace_back(name, std::nullopt);
    edit(*directory, std::move(change));
  }
  return std::nullopt;
}

std::string PowerDisk::compose(const Inode& file, const Kept& kept) {
  std::string bytes = file.durable;
  std::uint64_t size = bytes.size();     // after the first `sized` changes
  std::uint64_t passing = bytes.size();  // after the changes so far
  for (std::size_t i = 0; i < file.changes.size(); ++i) {
    const Change& change = file.changes[i];
    if (change.resize) {
      // Blocks that were cut off are not there to be written to: what comes later needs the cut.
      if (i >= kept.sized && change.at < passing) break;
      if (i < kept.sized && change.at < passing) bytes.resize(std::min(change.at, bytes.size()));
      passing = change.at;
    }
    const std::uint64_t end = change.at + change.bytes.size();
    for (std::uint64_t at = change.at; at < end;) {
      const std::uint64_t sector = at / sector_bytes;
      const std::uint64_t next = std::min(end, (sector + 1) * sector_bytes);
      if (kept.sector(i, sector)) {
        if (bytes.size() < next) bytes.resize(next, '\0');
        bytes.replace(at, next - at, change.bytes.substr(at - change.at, next - at));
      }
      at = next;
    }
    passing = std::max(passing, end);
    if (i < kept.sized) size = passing;
  }
  bytes.resize(size, '\0');
  return bytes;
}

PowerDisk::Kept PowerDisk::keep(const Inode& file, Survival survival, Random& random) {
  const std::size_t count = file.changes.size();
  const Fate fate = fate_of(survival, random);
  const std::size_t first = up_to(random, count);
  switch (fate) {
    case Fate::nothing:
      break;
    case Fate::everything:
      return {.sector = [](std::size_t, std::uint64_t) { return true; }, .sized = count};
    case Fate::beginning:
      return {.sector = [first](std::size_t change, std::uint64_t) { return change < first; },
              .sized = first};
    case Fate::torn: {
      // The write after the beginning came to the disk up to a sector, or from it on.
      if (first == count) break;
      const Change& change = file.changes[first];
      const std::uint64_t edge =
          change.at / sector_bytes + up_to(random, change.bytes.size() / sector_bytes + 1);
      const bool front = up_to(random, 1) == 0;
      return {.sector =
                  [=](std::size_t number, std::uint64_t sector) {
                    return number < first || (number == first && (sector < edge) == front);
                  },
              .sized = first + up_to(random, 1)};
    }
    case Fate::scattered: {
      // Each sector stops to follow at a write of its own.
      const unsigned percent = static_cast<unsigned>(up_to(random, 99));
      auto stopped = std::make_shared<std::unordered_map<std::uint64_t, bool>>();
      auto own = std::make_shared<Random>(random());
      const std::size_t sized = up_to(random, 1) == 0 ? count : first;
      return {.sector =
                  [=](std::size_t, std::uint64_t sector) {
                    bool& is_stopped = (*stopped)[sector];
                    is_stopped = is_stopped || up_to(*own, 99) < percent;
                    return !is_stopped;
                  },
              .sized = sized};
    }
  }
  return {.sector = [](std::size_t, std::uint64_t) { return false; }, .sized = 0};
}

PowerDisk::Names PowerDisk::names_after(const Inode& directory, Survival survival, Random& random) {
  Names names = directory.durable_names;
  const Fate fate = fate_of(survival, random);
  const std::size_t count = directory.edits.size();
  const std::size_t first = fate == Fate::everything ? count : up_to(random, count);
  for (std::size_t i = 0; i < count && fate != Fate::nothing; ++i) {
    const bool scattered = fate == Fate::scattered || fate == Fate::torn;
    if (scattered ? up_to(random, 1) == 0 : i >= first) continue;
    for (const auto& [name, inode] : directory.edits[i]) {
      if (inode) {
        names[name] = *inode;
      } else {
        names.erase(name);
      }
    }
  }
  return names;
}

void PowerDisk::collect(Number number, const std::string& prefix, Survival survival, Random& random,
                        Image& image) const {
  for (const auto& [name, inode] : names_after(inodes_[number], survival, random)) {
    const Inode& found = inodes_[inode];
    const std::string path = prefix + name;
    image[path] = {.directory = found.directory, .mode = found.mode, .bytes = {}};
    if (found.directory) {
      collect(inode, path + '/', survival, random, image);
    } else {
      image[path].bytes = compose(found, keep(found, survival, random));
    }
  }
}

Image PowerDisk::now() const {
  Random none;
  return after_cut(Survival::everything, none);
}

Image PowerDisk::after_cut(Survival survival, Random& random) const {
  Image image;
  collect(0, {}, survival, random, image);
  return image;
}

}  // namespace lp::faults
