// The root log again, from the database itself: every entry, the tiles over them, and the head that
// the signer signed; and what is kept of witnesses' cosignatures.
//
// An entry must be that of a checkpoint which its project's leaves lead to. `only`, unless empty,
// names the project whose leaves are read for that; of other projects' entries the form alone is
// looked at then.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/keys.h"
#include "store/store.h"
#include "tlog/note.h"
#include "tlog/tree.h"

namespace lp::cli {

class RootCheck {
 public:
  // References live as long as the check. The reader is pinned.
  RootCheck(store::Reader& reader, const core::Keys& keys, std::string only);

  // `note`: the signer's last word on the root log, "" when it has none. What is wrong, or nothing.
  std::optional<std::string> run(const std::string& note, const tlog::VerifierKey& key);
  [[nodiscard]] std::uint64_t entries() const { return range_.size(); }

 private:
  struct Project {
    std::string origin;
    tlog::CompactRange range;  // of its leaves as far as its entries go
    std::uint64_t anchored = 0;
  };
  std::optional<std::string> load();
  std::optional<std::string> entry(const store::Anchor& row);
  std::optional<std::string> extend(const std::string& id, Project& project, std::uint64_t size);
  std::optional<std::string> append(const Digest& leaf_hash);
  std::optional<std::string> cosigned_heads(const std::string& root);

  store::Reader& reader_;
  const core::Keys& keys_;
  const std::string only_;
  std::map<std::string, Project> projects_;
  tlog::CompactRange range_;
  std::uint64_t upper_hashes_ = 0;
};

}  // namespace lp::cli
