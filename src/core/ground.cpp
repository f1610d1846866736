#include "core/ground.h"

#include <algorithm>
#include <vector>

#include "base/assert.h"
#include "core/closing.h"
#include "core/tiles.h"
#include "evidence/anchor.h"
#include "evidence/log_keys.h"
#include "tlog/policy.h"
#include "tlog/tree.h"

namespace lp::core {
namespace {

using Text = std::shared_ptr<const std::string>;

std::uint64_t size_of(const Text& text) {
  const auto note = text ? tlog::Note::parse(*text) : std::nullopt;
  const auto checkpoint = note ? tlog::Checkpoint::parse_body(note->body) : std::nullopt;
  return checkpoint ? checkpoint->size : 0;
}

class Choice {
 public:
  Choice(store::Reader& reader, const Notary& notary, const Directory& directory,
         const ProjectView& project, std::uint64_t index, bool bare)
      : reader_(reader),
        notary_(notary),
        project_(project),
        index_(index),
        bare_(bare),
        root_newest_(newest_note(*directory.root)),
        root_cosigned_(directory.root->cosigned.load()) {
    auto policy = tlog::Policy::parse(directory.witness_policy.value_or(""));
    const auto threshold = policy ? policy->threshold() : std::nullopt;
    if (!threshold) return;
    named_ = threshold->witnesses;
    policy_ = *std::move(policy);
  }

  std::optional<Ground> make() const {
    if (policy_) {
      if (auto ground = cosigned(); ground && ground->witnessed) return ground;
      if (auto ground = anchored(root_cosigned_); ground && ground->witnessed) return ground;
    }
    if (auto ground = anchored(root_newest_)) return ground;
    const Text newest = newest_note(*project_.live);
    if (size_of(newest) <= index_) return std::nullopt;
    return judged({.note = *newest, .anchor = std::nullopt});
  }

 private:
  // On the newest checkpoint of the project's own log that witnesses stand behind.
  [[nodiscard]] std::optional<Ground> cosigned() const {
    const Text text = project_.live->cosigned.load();
    const std::uint64_t size = size_of(text);
    if (size <= index_) return std::nullopt;
    Ground ground{.note = *text, .anchor = std::nullopt};
    const auto entry = reader_.anchor_of(project_.row.id, size);
    if (!bare_ && entry && *entry) {
      ground.anchor = proof_of(**entry, root_cosigned_);
      if (!ground.anchor) ground.anchor = proof_of(**entry, root_newest_);
    }
    return judged(std::move(ground));
  }

  // On the newest checkpoint that this head of the root log anchors.
  [[nodiscard]] std::optional<Ground> anchored(const Text& root) const {
    if (bare_) return std::nullopt;
    const auto entry = reader_.newest_anchor(project_.row.id, size_of(root));
    if (!entry || !*entry || (*entry)->size <= index_) return std::nullopt;
    auto proof = proof_of(**entry, root);
    auto note = proof ? note_at((*entry)->size, (*entry)->leaf) : std::nullopt;
    if (!note) return std::nullopt;
    return judged({.note = *std::move(note), .anchor = std::move(proof)});
  }

  [[nodiscard]] std::optional<evidence::AnchorProof> proof_of(const store::Anchor& entry,
                                                              const Text& root) const {
    const std::uint64_t size = size_of(root);
    if (entry.index >= size) return std::nullopt;
    const auto note = tlog::Note::parse(*root);
    const auto checkpoint = tlog::Checkpoint::parse_body(note->body);
    auto path = tlog::inclusion_proof(entry.index, size,
                                      hashes_of_root_log(reader_, size, checkpoint->origin));
    if (!path || !tlog::verify_inclusion(tlog::leaf_hash(entry.leaf), entry.index, size, *path,
                                         checkpoint->root)) {
      return std::nullopt;
    }
    return evidence::AnchorProof{.entry = entry.leaf,
                                 .proof = {.extra = std::nullopt,
                                           .index = entry.index,
                                           .path = *std::move(path),
                                           .checkpoint = named_only(*root)}};
  }

  // The note of an earlier size. It was signed then, or the root log would not hold it; who signed
  // it says it again for the proof that the newest one extends it.
  [[nodiscard]] std::optional<std::string> note_at(std::uint64_t size,
                                                   const std::string& entry) const {
    const Text newest = newest_note(*project_.live);
    if (!newest) return std::nullopt;
    if (size_of(newest) == size) return *newest;
    const auto root =
        tlog::root_of(size, hashes_of_log(reader_, project_.row.id, size, project_.row.origin));
    if (!root) return std::nullopt;
    const tlog::Checkpoint checkpoint{project_.row.origin, size, *root};
    if (evidence::anchor_leaf(checkpoint) != entry) return std::nullopt;
    const std::uint64_t newest_size = size_of(newest);
    auto proof = tlog::consistency_proof(size, newest_size,
                                         hashes_of_log(reader_, project_.row.id, newest_size));
    if (!proof) return std::nullopt;
    auto note = notary_.earlier({.note = *newest, .head = checkpoint, .proof = *std::move(proof)});
    return note ? std::move(note) : kept_note(checkpoint);
  }

  // As it was kept when it was anchored: whoever signed it may be away, or its key destroyed.
  [[nodiscard]] std::optional<std::string> kept_note(const tlog::Checkpoint& wanted) const {
    const auto heads = reader_.cosigned_heads();
    if (!heads) return std::nullopt;
    const auto head =
        std::ranges::find(*heads, own_head_name(project_.row.origin), &store::CosignedHead::origin);
    if (head == heads->end()) return std::nullopt;
    const auto opened = evidence::open_in_range(head->note, project_.log_keys());
    return opened && *opened == wanted ? std::optional(head->note) : std::nullopt;
  }

  [[nodiscard]] bool quorum_of(const std::string& text) const {
    const auto note = tlog::Note::parse(text);
    const auto witnessed = note ? policy_->witnessed(*note) : std::unexpected(tlog::NoteFault{});
    return witnessed && witnessed->quorum;
  }
  // Without the lines of witnesses that our trust files do not name, as those that are no longer
  // asked or stand outside the quorum: a verifier cannot say what they are worth.
  [[nodiscard]] std::string named_only(const std::string& text) const {
    auto note = tlog::Note::parse(text);
    LP_ASSERT(note.has_value());
    auto& lines = note->signatures;
    // Ours stands first: witnesses' lines are put behind it.
    const auto strangers = std::remove_if(lines.begin() + 1, lines.end(), [&](const auto& line) {
      return std::ranges::none_of(named_, [&](const tlog::CosignerKey& key) {
        return key.name == line.name && key.id == line.key_id;
      });
    });
    lines.erase(strangers, lines.end());
    return note->to_string();
  }
  [[nodiscard]] Ground judged(Ground ground) const {
    ground.note = named_only(ground.note);
    ground.witnessed = policy_ && (quorum_of(ground.note) ||
                                   (ground.anchor && quorum_of(ground.anchor->proof.checkpoint)));
    return ground;
  }

  store::Reader& reader_;
  const Notary& notary_;
  const ProjectView& project_;
  const std::uint64_t index_;
  const bool bare_;  // without an anchor: the receipt of what was erased has no place for one
  const Text root_newest_, root_cosigned_;
  std::optional<tlog::Policy> policy_;
  std::vector<tlog::CosignerKey> named_;
};

// The last entry that a receipt of this one is made of. What cannot be read here cannot be read by
// who makes the receipt either, and is said there.
std::uint64_t last_needed(store::Reader& reader, const ProjectView& project, std::uint64_t index) {
  const auto row = reader.leaf(project.row.id, index);
  if (!row || !*row || !(*row)->erased()) return index;
  const auto erasure = reader.erasure((*row)->stream);
  return erasure && *erasure ? std::max(index, (*erasure)->leaf_index) : index;
}

}  // namespace

std::optional<Ground> ground_of(store::Reader& reader, const Notary& notary,
                                const Directory& directory, const ProjectView& project,
                                std::uint64_t index) {
  const std::uint64_t last = last_needed(reader, project, index);
  const bool bare = last != index;
  auto ground = Choice(reader, notary, directory, project, last, bare).make();
  if (!ground && bare) ground = Choice(reader, notary, directory, project, index, bare).make();
  return ground;
}

}  // namespace lp::core
