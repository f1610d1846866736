// A disk that can lose its power: what a file system has been told, of which only what was flushed
// is sure to be there afterwards.
//
// It promises what POSIX and a disk of 512-byte sectors promise, and nothing more. A flush of a
// file makes its bytes and its size durable, not its name; a flush of a directory makes its names
// durable. Of what was not flushed anything may have come to the disk: a sector holds what it held
// after any of the writes to it, whatever other sectors hold; a size is any that the file had; a
// name is there, or gone, or still the old one, and a rename is never half done. Modes are kept, as
// nothing here depends on when they are durable.
//
// Pure: the same happenings and the same random numbers give the same image.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "power_image.h"
#include "power_journal.h"

namespace lp::faults {

enum class Survival : std::uint8_t {
  nothing,     // that was not flushed
  everything,  // as if the power had stayed
  mixed,       // a choice for each file and directory: part, torn, reordered, all, nothing
};

class PowerDisk {
 public:
  using Random = std::mt19937_64;
  // Paths of which a flush does nothing.
  using Lie = std::function<bool(std::string_view path)>;

  // All of `start` is durable.
  explicit PowerDisk(const Image& start, Lie lie = {});

  // The texts of `happening` must live as long as this. What makes no sense, or nothing.
  std::optional<std::string> apply(const Happening& happening);

  // As the file system shows it.
  [[nodiscard]] Image now() const;
  // As it may be found when the power comes back.
  [[nodiscard]] Image after_cut(Survival survival, Random& random) const;

 private:
  using Number = std::size_t;  // of an inode; they are never removed
  using Names = std::map<std::string, Number, std::less<>>;

  struct Change {
    bool resize = false;
    std::uint64_t at = 0;  // the offset, or the new size
    std::string_view bytes;
  };
  // Names that change together: gone, or of another inode.
  using Edit = std::vector<std::pair<std::string, std::optional<Number>>>;
  struct Inode {
    bool directory = false;
    unsigned mode = 0;
    std::string durable;
    std::vector<Change> changes;
    Names names, durable_names;
    std::vector<Edit> edits;
  };
  struct Handle {
    Number inode = 0;
    std::string path;
  };
  // Which of the changes of a file survive.
  struct Kept {
    std::function<bool(std::size_t change, std::uint64_t sector)> sector;
    std::size_t sized = 0;  // the size is the one after so many changes
  };

  [[nodiscard]] std::optional<Number> find(std::string_view path) const;
  [[nodiscard]] std::optional<Number> parent(std::string_view path) const;
  Number add(bool directory, unsigned mode);
  void edit(Number directory, Edit edit);
  std::optional<std::string> open(const Happening& happening);
  std::optional<std::string> name(const Happening& happening);
  std::optional<std::string> on_handle(const Happening& happening);
  void flush(const Handle& handle);

  static std::string compose(const Inode& file, const Kept& kept);
  static Kept keep(const Inode& file, Survival survival, Random& random);
  static Names names_after(const Inode& directory, Survival survival, Random& random);
  void collect(Number directory, const std::string& prefix, Survival survival, Random& random,
               Image& image) const;

  const Lie lie_;
  std::vector<Inode> inodes_;  // the first is the root
  std::unordered_map<std::uint32_t, Handle> handles_;
};

}  // namespace lp::faults
