// The members of a bundle (evidence/bundle.h) from what is stored: for the one who hashes them,
// then, once the export is in the log, for the one who sends them.
//
// Everything is taken as of one checkpoint, so that both get the same bytes however much time lies
// between: entries under a checkpoint never change. Reads only; an error is of the store, or says
// that what is stored is not what the log says. A tile at a time is in memory.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/directory.h"
#include "core/ground.h"
#include "core/keys.h"
#include "core/notary.h"
#include "core/receipt.h"
#include "core/teller.h"
#include "evidence/bundle.h"
#include "evidence/export_manifest.h"
#include "evidence/statement.h"
#include "store/store.h"

namespace lp::core {

struct BundleMember {
  std::string name;
  std::string content;
};
using BundleMembers = std::vector<BundleMember>;

class BundleMaker {
 public:
  // `ground` is of the checkpoint that the manifest names; `page` the one-file verifier, "" when
  // this program has none.
  BundleMaker(DirectoryPtr directory, const ProjectView& project,
              const evidence::ExportManifest& manifest, Ground ground, std::string page);

  [[nodiscard]] const evidence::BundlePlan& plan() const { return plan_; }

  // What stands before the entries, in its order, rosters.jsonl first; without manifest, event,
  // consistency and SHA256SUMS.
  store::Result<BundleMembers> top(store::Reader& reader);
  // What stands for the tile, without the sums of its group.
  store::Result<BundleMembers> tile(store::Reader& reader, const Keys& keys, std::uint64_t number);
  // event.json and consistency, once a signed checkpoint covers the event. `now` is the project as
  // it stands then.
  store::Result<BundleMembers> event(store::Reader& reader, const Keys& keys, const Notary& notary,
                                     const Directory& directory, const ProjectView& now,
                                     std::uint64_t index);

 private:
  // What one entry adds to the members of its tile.
  struct Told {
    std::string record;
    std::string receipt;  // "" for none
  };
  store::Result<Told> entry(store::Reader& reader, const Keys& keys, Teller& teller,
                            const store::Leaf& row);
  store::Result<Told> erased(store::Reader& reader, const Keys& keys, const store::Leaf& row);
  [[nodiscard]] std::uint64_t version_named_by(const evidence::Statement& said) const;
  store::Result<std::string> rosters(store::Reader& reader);
  // "" where there is nothing that a receipt could be made of; the verifier will say so.
  store::Result<std::string> receipt(store::Reader& reader, const Keys& keys,
                                     const ProjectView& project, const Ground& ground,
                                     std::uint64_t index, std::uint64_t roster_version);

  DirectoryPtr directory_;  // holds project_
  const ProjectView& project_;
  evidence::BundlePlan plan_;
  const Ground ground_;
  std::string page_;
  std::map<Digest, std::uint64_t> versions_;  // of the rosters
};

// What a bundle of the entries below `end` stands on: of the checkpoints that cover them, and the
// erasures of all that was erased, the one that proves most; nothing when none is signed.
store::Result<std::optional<Ground>> bundle_ground(store::Reader& reader, const Notary& notary,
                                                   const Directory& directory,
                                                   const ProjectView& project, std::uint64_t end);

}  // namespace lp::core
