// The tiles and entries of one log (c2sp.org/tlog-tiles), as a server gives them. Nothing here is
// believed: whoever asks compares what comes with a signed root.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/finding.h"
#include "monitor/source.h"
#include "tlog/tile.h"

namespace lp::monitor {

class LogTiles {
 public:
  // `path` is that of the log, "/log/root/". The source lives as long as this.
  LogTiles(Source& source, std::string path, std::string origin);

  // What stands at the path of the log and this; `withheld` when the server has no such thing.
  Found<std::string> fetch(const std::string& path);

  // All hashes of one tile, as far as a tree of `size` leaves fills it. Never null; until the next
  // call.
  Found<const std::vector<Digest>*> hashes(unsigned level, std::uint64_t number,
                                           std::uint64_t size);
  // The same of the leaves themselves.
  Found<std::vector<std::string>> entries(std::uint64_t number, std::uint64_t size);

  // Asks again for what was asked for before.
  void forget() { kept_ = {}; }

  // The tree of `size` leaves, out of its tiles. When the reader answers nothing, `why_not` says
  // why. Borrows this.
  tlog::HashReader tree(std::uint64_t size);
  // The reason of the last answer that was nothing; `wrong_tile` when there was none.
  [[nodiscard]] Finding why_not() const;

  [[nodiscard]] const std::string& origin() const { return origin_; }
  [[nodiscard]] Finding finding(Alarm alarm, std::string what, std::string evidence = {}) const;

 private:
  struct Kept {
    tlog::TileAddress address;
    std::vector<Digest> hashes;
  };
  std::optional<Digest> hash_at(unsigned level, std::uint64_t position, std::uint64_t size);

  Source& source_;
  const std::string path_, origin_;
  // Those asked for last: proofs read a tile hash by hash, at two places of each level.
  std::array<Kept, 16> kept_;
  std::size_t next_kept_ = 0;
  std::optional<Finding> why_not_;
};

// The entries of a bundle, which must be as many; nothing for what is no bundle.
std::optional<std::vector<std::string>> read_entry_bundle(std::string_view bytes,
                                                          std::uint64_t count);

}  // namespace lp::monitor
